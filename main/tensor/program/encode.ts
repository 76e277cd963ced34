/**
 * A graph as TensorFlow reads it: the protocol buffers GraphDef and SavedModel, of which only the few messages used here are written.
 * Field numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto and saved_model.proto.
 */
import type { Attribute, Graph, Node, Shape } from './graph.ts'

const dataTypes = { float32: 1, int32: 3, bool: 10 } as const

type Part = Uint8Array

function join(parts: readonly Part[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A non-negative whole number, seven bits to a byte. */
function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80)
  return [...bytes, value]
}
const number = (field: number, value: number): Part => Uint8Array.from([...varint(field << 3), ...varint(value)])
const bytes = (field: number, value: Uint8Array): Part =>
  join([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value])
const message = (field: number, ...parts: Part[]): Part => bytes(field, join(parts))
const text = (field: number, value: string): Part => bytes(field, new TextEncoder().encode(value))
const float = (field: number, value: number): Part =>
  join([Uint8Array.from(varint((field << 3) | 5)), new Uint8Array(Float32Array.of(value).buffer)])

/** Sizes below 0 are open: −1 in ten bytes. */
const minusOne = Uint8Array.from([8, ...new Array<number>(9).fill(0xff), 1])
const shapeMessage = (field: number, shape: Shape): Part =>
  message(field, ...shape.map((extent) => message(2, extent < 0 ? minusOne : number(1, extent))))

function attributeMessage(field: number, attribute: Attribute): Part {
  if ('tensor' in attribute) {
    const { tensor, shape } = attribute
    const raw = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength)
    const type = tensor instanceof Float32Array ? dataTypes.float32 : dataTypes.int32
    return message(field, message(8, number(1, type), shapeMessage(2, shape), bytes(4, raw)))
  }
  if ('type' in attribute) return message(field, number(6, dataTypes[attribute.type]))
  if ('shape' in attribute) return message(field, shapeMessage(7, attribute.shape))
  if ('text' in attribute) return message(field, text(2, attribute.text))
  if ('int' in attribute) return message(field, number(3, attribute.int))
  if ('float' in attribute) return message(field, float(4, attribute.float))
  return message(field, number(5, Number(attribute.bool)))
}

const nodeMessage = (node: Node): Part =>
  message(
    1,
    text(1, node.name),
    text(2, node.operation),
    ...node.inputs.map((input) => text(3, input.node.name)),
    ...node.after.map((other) => text(3, `^${other.name}`)),
    ...Object.entries(node.attributes).map(([name, attribute]) =>
      message(5, text(1, name), attributeMessage(2, attribute)),
    ),
  )

/** The bytes of saved_model.pb; GraphDef's producer version is one that every library since 2.4 accepts. */
export function encodeSavedModel({ nodes }: Graph): Uint8Array {
  const graph = message(2, ...nodes.map(nodeMessage), message(4, number(1, 561)))
  const information = message(1, text(4, tag))
  return join([number(1, 1), message(2, information, graph)])
}

export const tag = 'lethe'
