/** The named arrays of a file that another program wrote, as float32: PyTorch's zip of tensors, or safetensors. Nothing in it is executed. */
import { LetheError } from '../../contract/errors.ts'
import { readTorchTree } from '../../data/formats/torch-pickle.ts'
import { readSafetensors } from '../../tensor/safetensors.ts'

export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** In file order. Errors: `file-malformed`, `format-unsupported`. */
export function readWeights(bytes: Uint8Array, source: string): Map<string, Weight> {
  const torch = bytes[0] === 0x80 || (bytes[0] === 0x50 && bytes[1] === 0x4b)
  if (bytes[0] === 0x80 && bytes[1] === 4)
    throw new LetheError(
      'format-unsupported',
      `${source} is a pickle of a whole learner (algo.save, .d3), a program to be run.`,
      'Save its weights instead, algo.save_model("model.pt"), and give the params.json of its logs.',
    )
  // The header of safetensors is JSON after its length; what is cut short still begins so, and is told so by its reader.
  if (!torch && bytes[8] !== '{'.charCodeAt(0))
    throw new LetheError(
      'format-unsupported',
      `${source} is neither a file of PyTorch (.pt) nor safetensors; it begins with ${Buffer.from(bytes.subarray(0, 8)).toString('hex') || 'nothing'}.`,
      'Give the weights that algo.save_model("model.pt") wrote, or the same as safetensors. Other pickles are programs and are not read.',
    )
  const found = torch ? readTorchTree(bytes, source) : readSafetensors(bytes, source).tensors
  const weights = new Map<string, Weight>()
  for (const [name, { shape, data }] of found) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue // counters and flags
    weights.set(name.replaceAll('/', '.'), { shape, data: Float32Array.from(data) })
  }
  return namedAsInTwo(weights, source)
}

/**
 * d3rlpy 1.x names the attributes of its objects, 2.x the fields of its modules; here all are called as in 2.x.
 */
function namedAsInTwo(weights: ReadonlyMap<string, Weight>, source: string): Map<string, Weight> {
  const old = [...weights.keys()].some((name) => /^_(policy|q_func|imitator)\b/.test(name))
  const hasCoder = weights.has('_imitator._encoder_encoder._fcs.0.weight')
  const rename = (name: string): string => {
    const short = name.replace(/^(\w+_optim|optim)\.optim\./, '$1.')
    if (!old) return short
    return short
      .replace(/^_/, '')
      .replace(/^(targ_)?q_func\._q_funcs\./, (_all, target: string | undefined) => `${target ?? ''}q_funcs.`)
      .replace(/^imitator\._encoder_encoder\./, 'vae_encoder._encoder.')
      .replace(/^imitator\._decoder_encoder\./, 'vae_decoder._encoder.')
      .replace(/^imitator\._(mu|logstd)\./, 'vae_encoder._$1.')
      .replace(/^imitator\._fc\./, hasCoder ? 'vae_decoder._fc.' : 'imitator._fc.')
      .replace(/^imitator_optim\./, 'vae_optim.')
      .replace(/\._fcs\.(\d+)\./, (_all, layer: string) => `._layers.${2 * Number(layer)}.`)
  }
  const renamed = new Map<string, Weight>()
  for (const [name, weight] of weights) {
    const next = rename(name)
    if (renamed.has(next))
      throw new LetheError('file-malformed', `${source}: two arrays mean ${next}.`, 'Save the agent again.')
    renamed.set(next, weight)
  }
  return renamed
}
