import { LetheError } from '../contract/errors.ts'
import { tf } from './tf.ts'

/**
 * The door to TensorFlow's own kernels, by name. What a function to be differentiated uses must be made by `operation`, which
 * the tape knows; a bare `call` under a recording tape is refused, since its gradient would silently be zero.
 */

/** A number is an integer attribute; a plain array a list of integers; see `float` and `type` for the rest. */
export type Attributes = Record<string, string | boolean | number | readonly number[] | Attribute>

interface Attribute {
  readonly kind: 'TF_ATTR_FLOAT' | 'TF_ATTR_TYPE' | 'TF_ATTR_SHAPE'
  readonly value: number | readonly number[] | ElementType
}

type ElementType = 'TF_FLOAT' | 'TF_INT32'

export const float = (value: number): Attribute => ({ kind: 'TF_ATTR_FLOAT', value })
export const shape = (value: readonly number[]): Attribute => ({ kind: 'TF_ATTR_SHAPE', value })
export const float32: Attribute = { kind: 'TF_ATTR_TYPE', value: 'TF_FLOAT' }
export const int32: Attribute = { kind: 'TF_ATTR_TYPE', value: 'TF_INT32' }

interface NativeBackend {
  readonly binding: Record<string, number> & { readonly TF_Version: string }
  readonly isUsingGpuDevice: boolean
  getNumOfTFTensors(): number
  executeMultipleOutputs(name: string, attributes: object[], inputs: tf.Tensor[], outputs: number): tf.Tensor[]
  loadSavedModelMetaGraph(folder: string, tags: string): number
  runSavedModel(id: number, inputs: tf.Tensor[], names: { readonly name: string }[], outputs: string[]): tf.Tensor[]
  deleteSavedModel(id: number): void
}

/** The loaded native backend, or null. */
export function findNative(): NativeBackend | null {
  return tf.findBackend('tensorflow') as unknown as NativeBackend | null
}

/**
 * Runs the kernel `name`; type attributes may be left out but for kernels that take a list of tensors.
 * Throws `backend-missing` where TensorFlow is not loaded, `internal` where it refuses the call.
 */
export function call(name: string, inputs: tf.Tensor[], attributes: Attributes = {}, outputs = 1): tf.Tensor[] {
  const backend = findNative()
  if (!backend) {
    throw new LetheError(
      'backend-missing',
      `${name}: needs native TensorFlow, which is not loaded`,
      'Call loadBackend first.',
    )
  }
  if (tf.engine().isTapeOn()) {
    throw new LetheError('internal', `${name}: called where a gradient is recorded, but it is not known to the tape`)
  }
  const { binding } = backend
  const list = Object.entries(attributes).map(([attribute, value]) => {
    if (typeof value === 'string') return { name: attribute, type: binding.TF_ATTR_STRING, value }
    if (typeof value === 'boolean') return { name: attribute, type: binding.TF_ATTR_BOOL, value }
    if (typeof value === 'object' && 'kind' in value) {
      return {
        name: attribute,
        type: binding[value.kind],
        value: typeof value.value === 'string' ? binding[value.value] : value.value,
      }
    }
    return { name: attribute, type: binding.TF_ATTR_INT, value }
  })
  try {
    return backend.executeMultipleOutputs(name, list, inputs, outputs)
  } catch (cause) {
    const found = inputs.map((input) => `${input.dtype}[${input.shape}]`).join(', ')
    const reason = String((cause as Error).message).replace(/\s+/g, ' ')
    throw /OOM|RESOURCE_EXHAUSTED|Status: 8\b/.test(reason)
      ? new LetheError('out-of-memory', `${name}(${found}): ${reason}`, 'Lower the batch size.', { cause })
      : new LetheError('internal', `${name}(${found}): ${reason}`, '', { cause })
  }
}

type Inputs = Record<string, tf.Tensor>

interface Definition<Options> {
  readonly name: string
  readonly forward: (inputs: Inputs, options: Options) => tf.Tensor[]
  /** What the gradient needs, in this order: inputs by name, then outputs by position. */
  readonly save?: { readonly inputs?: string[]; readonly outputs?: number[] }
  /** For each input that can be differentiated, its gradient; called only where the tape needs it. */
  readonly gradient?: (dy: tf.Tensor[], saved: tf.Tensor[], options: Options) => Record<string, () => tf.Tensor>
}

export type Operation<Options = Record<string, never>> = (inputs: Inputs, options?: Options) => tf.Tensor[]

/** Makes a function known to the tape out of native calls. Intermediate tensors of `forward` are cleaned up. */
export function operation<Options = Record<string, never>>(definition: Definition<Options>): Operation<Options> {
  const kernelName = `lethe.${definition.name}`
  const { forward, gradient, save = {} } = definition
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => forward(inputs as Inputs, attrs as unknown as Options)),
  })
  if (gradient) {
    tf.registerGradient({
      kernelName,
      inputsToSave: save.inputs ?? [],
      outputsToSave: Array.from({ length: Math.max(-1, ...(save.outputs ?? [])) + 1 }, (_, i) =>
        save.outputs!.includes(i),
      ),
      gradFunc: (dy, saved, attrs) => gradient(Array.isArray(dy) ? dy : [dy], saved, attrs as unknown as Options),
    })
  }
  return (inputs, options) => {
    if (!findNative()) {
      throw new LetheError(
        'backend-missing',
        `${definition.name}: needs native TensorFlow, which is not loaded`,
        'Call loadBackend first.',
      )
    }
    return tf.engine().runKernel(kernelName, inputs, options ?? {}) as unknown as tf.Tensor[]
  }
}
