/**
 * A program as a graph: what to compute, written once before anything is. Values are nodes whose shape is known; functions of
 * operations.ts make new ones. Sections are what can be run: each reads the variables as they are, and may change them.
 */
import { LetheError } from '../../contract/errors.ts'

export type ElementType = 'float32' | 'int32'
export type Shape = readonly number[]

/** As protocol buffers have them; `tensor` holds float32 or int32 values. */
export type Attribute =
  | { readonly type: ElementType | 'bool' }
  | { readonly shape: Shape }
  | { readonly text: string }
  | { readonly int: number }
  | { readonly bool: boolean }
  | { readonly float: number }
  | { readonly tensor: Float32Array | Int32Array; readonly shape: Shape }

/** Gives, for the gradient of a node's value, those of its inputs; null where there is none. */
export type Gradient = (dy: Value, y: Value) => readonly (Value | null)[]

export interface Node {
  readonly name: string
  readonly operation: string
  readonly inputs: readonly Value[]
  /** Nodes that must have run before. */
  readonly after: readonly Node[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Absent: a constant, as far as gradients go. */
  readonly gradient: Gradient | null
  /** Place in the order of making, which inputs precede. */
  readonly index: number
}

export interface Value {
  readonly graph: Graph
  readonly node: Node
  readonly shape: Shape
  readonly type: ElementType
}

export interface Variable {
  readonly graph: Graph
  readonly name: string
  readonly shape: Shape
  readonly handle: Node
}

/** What a section gives: named values to fetch, and the changes of variables that running it makes. */
export interface Section {
  readonly name: string
  readonly outputs: Readonly<Record<string, Value>>
  readonly effect: Node
}

export interface Graph {
  readonly nodes: Node[]
  readonly names: Set<string>
  readonly variables: Map<string, Variable>
  readonly sections: Map<string, Section>
  /** Of the section that is being written: for names, and where its variables stand. */
  scope: string
  reads: Map<Variable, Value>
  writes: Map<Variable, Node>
}

export function makeGraph(): Graph {
  return {
    nodes: [],
    names: new Set(),
    variables: new Map(),
    sections: new Map(),
    scope: '',
    reads: new Map(),
    writes: new Map(),
  }
}

export interface NodeOptions {
  /** Given where the value is to be fed or fetched by name, below the section's; else it gets a number. */
  readonly name?: string
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly after?: readonly Node[]
  readonly gradient?: Gradient
}

export function addNode(graph: Graph, operation: string, inputs: readonly Value[], options: NodeOptions = {}): Node {
  const { attributes = {}, after = [], gradient = null } = options
  const index = graph.nodes.length
  const name = [graph.scope, options.name ?? `${operation}-${index}`].filter(Boolean).join('/')
  if (graph.names.has(name)) throw new LetheError('internal', `the program has two nodes called ${name}`)
  graph.names.add(name)
  const node: Node = { name, operation, inputs, after, attributes, gradient, index }
  graph.nodes.push(node)
  return node
}

export const valueOf = (graph: Graph, node: Node, shape: Shape, type: ElementType = 'float32'): Value => ({
  graph,
  node,
  shape,
  type,
})

/** A value that is given at each run. */
export function input(graph: Graph, name: string, shape: Shape, type: ElementType = 'float32'): Value {
  const attributes = { dtype: { type }, shape: { shape } }
  return valueOf(graph, addNode(graph, 'Placeholder', [], { name, attributes }), shape, type)
}

/** A variable of the program; its first value is given by `Program.load`. Made outside of sections. */
export function variable(graph: Graph, name: string, shape: Shape): Variable {
  if (graph.variables.has(name)) throw new LetheError('internal', `the program has two variables called ${name}`)
  const attributes = {
    dtype: { type: 'float32' },
    shape: { shape },
    shared_name: { text: name },
    container: { text: '' },
  } as const
  const handle = addNode(graph, 'VarHandleOp', [], { name: `variables/${name}`, attributes })
  const made = { graph, name, shape, handle }
  graph.variables.set(name, made)
  return made
}

const float = { dtype: { type: 'float32' } } as const
export const handleValue = (of: Variable): Value => valueOf(of.graph, of.handle, [])

/** The variable's value here: after the changes that this section made so far. */
export function read(of: Variable): Value {
  const { graph } = of
  const known = graph.reads.get(of)
  if (known) return known
  const write = graph.writes.get(of)
  const node = addNode(graph, 'ReadVariableOp', [handleValue(of)], { attributes: float, after: write ? [write] : [] })
  const value = valueOf(graph, node, of.shape)
  graph.reads.set(of, value)
  return value
}

/**
 * A node that changes the variable, `inputs` following the handles. It waits for the last read before it; whoever still computes on
 * the old value keeps it, since TensorFlow copies a buffer that others hold before it writes.
 */
export function write(
  of: Variable,
  operation: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, Attribute>>,
): void {
  const { graph } = of
  const before = [graph.reads.get(of)?.node, graph.writes.get(of)].filter((node) => node !== undefined)
  graph.writes.set(of, addNode(graph, operation, [handleValue(of), ...inputs], { attributes, after: before }))
  graph.reads.delete(of)
}

export const assign = (of: Variable, value: Value): void => write(of, 'AssignVariableOp', [value], float)

/** Writes a section: what `body` returns can be fetched from it, and running it makes all changes that `body` wrote. */
export function section(graph: Graph, name: string, body: () => Readonly<Record<string, Value>>): Section {
  if (graph.scope !== '') throw new LetheError('internal', `section ${name} is written inside ${graph.scope}`)
  Object.assign(graph, { scope: name, reads: new Map(), writes: new Map() })
  try {
    const outputs = body()
    const attributes = { dtype: { type: 'int32' }, value: { tensor: Int32Array.of(0), shape: [] } } as const
    const effect = addNode(graph, 'Const', [], { name: 'effect', attributes, after: [...graph.writes.values()] })
    const made = { name, outputs, effect }
    graph.sections.set(name, made)
    return made
  } finally {
    Object.assign(graph, { scope: '', reads: new Map(), writes: new Map() })
  }
}

/** The gradients of a scalar for these values; zero-valued where it does not depend on one is an error. */
export function gradients(of: Value, values: readonly Value[], seed: Value): Value[] {
  const { graph } = of
  const wanted = new Set(values.map((value) => value.node))
  const depends = new Set<Node>()
  for (const node of graph.nodes)
    if (wanted.has(node) || (node.gradient && node.inputs.some((one) => depends.has(one.node)))) depends.add(node)
  const parts = new Map<Node, Value[]>([[of.node, [seed]]])
  const total = (node: Node): Value | null => {
    const list = parts.get(node)
    if (!list) return null
    if (list.length === 1) return list[0]!
    const attributes = { N: { int: list.length }, T: { type: 'float32' } } as const
    const sum = valueOf(graph, addNode(graph, 'AddN', list, { attributes }), list[0]!.shape)
    parts.set(node, [sum])
    return sum
  }
  for (const node of graph.nodes.slice(0, of.node.index + 1).reverse()) {
    if (!depends.has(node) || wanted.has(node) || !node.gradient) continue
    const dy = total(node)
    if (!dy) continue
    node.gradient(dy, valueOf(graph, node, dy.shape)).forEach((part, place) => {
      const source = node.inputs[place]!.node
      if (!part || !depends.has(source)) return
      const list = parts.get(source)
      if (list) list.push(part)
      else parts.set(source, [part])
    })
  }
  return values.map((value) => {
    const gradient = total(value.node)
    if (!gradient) throw new LetheError('internal', `the loss does not depend on ${value.node.name}`)
    return gradient
  })
}
