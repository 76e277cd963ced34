/**
 * A program that runs: its graph compiled by TensorFlow, and its variables. One call runs a whole section, a training step for
 * example, without coming back to JavaScript between kernels; TensorFlow fuses what it can and computes independent parts side by side.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import type { Parameters } from '../layers.ts'
import { findNative } from '../native.ts'
import { tf } from '../tf.ts'
import { encodeSavedModel, tag } from './encode.ts'
import { assign, input, read, section, type Graph } from './graph.ts'

export type Feeds = Readonly<Record<string, tf.Tensor>>

export interface Program {
  /** Names of all variables. */
  readonly variables: readonly string[]
  /**
   * Runs a section and makes its changes. `feeds` gives inputs by name; any other value of the section that has a name may be given,
   * too, in place of computing it. Returns those outputs that are asked for, the caller's to dispose.
   */
  run<Name extends string = never>(name: string, feeds: Feeds, fetch?: readonly Name[]): Record<Name, tf.Tensor>
  /** The variables' values, the caller's to dispose; all, or those of these names. */
  save(names?: readonly string[]): Parameters
  /** Gives variables their values; the tensors stay the caller's. Errors: `internal` for one that is missing or of another shape. */
  load(values: Readonly<Parameters>, names?: readonly string[]): void
  close(): void
}

/** Compiles a graph; nothing may be added to it afterwards. Errors: `backend-missing`, `internal`. */
export function compile(graph: Graph): Program {
  const native = findNative()
  if (!native)
    throw new LetheError(
      'backend-missing',
      'A program needs native TensorFlow, which is not loaded.',
      'Run `lethe doctor`.',
    )
  for (const variable of graph.variables.values()) {
    const value = input(graph, `values/${variable.name}`, variable.shape)
    section(graph, `assign/${variable.name}`, () => (assign(variable, value), {}))
    section(graph, `read/${variable.name}`, () => ({ value: read(variable) }))
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-program-'))
  let id: number
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph))
    id = native.loadSavedModelMetaGraph(folder, tag)
  } catch (cause) {
    throw new LetheError('internal', `a program was refused: ${(cause as Error).message}`, '', { cause })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }

  const execute = (feeds: readonly (readonly [string, tf.Tensor])[], fetch: readonly string[]): tf.Tensor[] => {
    try {
      return native.runSavedModel(
        id,
        feeds.map(([, tensor]) => tensor),
        feeds.map(([name]) => ({ name: `${name}:0` })),
        fetch.map((name) => `${name}:0`),
      )
    } catch (cause) {
      const reason = String((cause as Error).message).replace(/\s+/g, ' ')
      throw /OOM|RESOURCE_EXHAUSTED/.test(reason)
        ? new LetheError('out-of-memory', reason, 'Lower the batch size.', { cause })
        : new LetheError('internal', `a program failed: ${reason}`, '', { cause })
    }
  }

  const names = [...graph.variables.keys()]
  return {
    variables: names,
    run(name, feeds, fetch = []) {
      const { outputs, effect } = graph.sections.get(name) ?? missing(`section ${name}`)
      const given = Object.entries(feeds).map(([key, tensor]) => {
        const scoped = `${name}/${key}`
        return [graph.names.has(scoped) ? scoped : key, tensor] as const
      })
      const wanted = fetch.map((key) => outputs[key]?.node.name ?? missing(`output ${key}`))
      const [done, ...values] = execute(given, [effect.name, ...wanted])
      done!.dispose()
      return Object.fromEntries(fetch.map((key, i) => [key, values[i]!])) as Record<(typeof fetch)[number], tf.Tensor>
    },
    save(some = names) {
      const values = execute(
        [],
        some.map((name) => graph.sections.get(`read/${name}`)!.outputs['value']!.node.name),
      )
      return Object.fromEntries(some.map((name, i) => [name, values[i]!]))
    },
    load(values, some = names) {
      const feeds = some.map((name) => {
        const { shape } = graph.variables.get(name) ?? missing(`variable ${name}`)
        const value = values[name]
        if (!value || value.shape.join() !== shape.join())
          throw new LetheError(
            'internal',
            `${name}: expected shape [${shape}], found ${value ? `[${value.shape}]` : 'nothing'}`,
          )
        return [`values/${name}`, copyOf(value)] as const
      })
      tf.dispose(
        execute(
          feeds,
          some.map((name) => graph.sections.get(`assign/${name}`)!.effect.name),
        ),
      )
      tf.dispose(feeds.map(([, value]) => value))
    },
    close: () => native.deleteSavedModel(id),
  }
}

/**
 * The same bits in memory of TensorFlow's own. A tensor made in JavaScript may lie in the memory of its array, which the binding gives back
 * through Node; a variable that kept it would have that done by whichever thread replaces its value, and Node allows its own alone.
 */
function copyOf(value: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.gather(value.reshape([1, value.size]), tf.tensor1d([0], 'int32')).reshape(value.shape))
}

function missing(what: string): never {
  throw new LetheError('internal', `the program has no ${what}`)
}
