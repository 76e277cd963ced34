/** What a person has set so far. It survives a restart of the window: read back, it is checked like anything from outside. */
import type { SynthesisRequest } from '../../main/contract/calls/images.ts'
import type { Dataset } from '../../main/contract/dataset.ts'

/** A request; `data` is empty until a set is chosen. */
export type Draft = SynthesisRequest
export type Field = keyof Draft

export const epsilonRange = { min: 0.01, max: 100 } as const

export const firstDraft: Draft = {
  method: 'dp-merf',
  data: '',
  epsilon: 1,
  delta: null,
  seed: 1,
  mode: 'research',
  preset: 'desk',
  score: true,
  device: 'auto',
  set: {},
}

const oneOf = <Value>(values: readonly Value[], value: unknown, otherwise: Value): Value =>
  values.find((known) => known === value) ?? otherwise

const within = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max

/** Whatever of a kept draft is still sound; the rest as on the first day. */
export function readDraft(kept: unknown): Draft {
  if (typeof kept !== 'object' || kept === null) return firstDraft
  const { method, data, epsilon, delta, seed, mode, preset, score, device, set } = kept as Record<string, unknown>
  const sound = typeof set === 'object' && set !== null && !Array.isArray(set)
  return {
    method: typeof method === 'string' && method.length <= 64 ? method : firstDraft.method,
    data: typeof data === 'string' && /^[\w-]{0,64}$/.test(data) ? data : '',
    epsilon: within(epsilon, 1e-6, 1e4) ? epsilon : firstDraft.epsilon,
    delta: within(delta, 1e-300, 0.999) ? delta : null,
    seed: within(seed, 0, 2 ** 32 - 1) && Number.isInteger(seed) ? seed : firstDraft.seed,
    mode: oneOf(['research', 'release'], mode, 'research'),
    preset: oneOf(['desk', 'paper', 'tiny'], preset, 'desk'),
    score: score !== false,
    device: oneOf(['auto', 'cpu', 'gpu'], device, 'auto'),
    set: sound ? { ...set } : {},
  }
}

/** Names under which a data set is published, by the name or id a person gave it; null where none is meant. */
export function publishedNameOf(dataset: Pick<Dataset, 'id' | 'name'>, names: readonly string[]): string | null {
  const plain = (words: string) => words.toLowerCase().replace(/[^a-z0-9]/g, '')
  const known = (name: string) => names.find((one) => plain(one) === name)
  const aliases: Readonly<Record<string, string>> = {
    fmnist: 'fashionmnist',
    mnistdigits: 'mnist',
    camelyon17: 'camelyon',
  }
  for (const given of [plain(dataset.id), plain(dataset.name)]) {
    const found = known(aliases[given] ?? given)
    if (found) return found
  }
  return null
}
