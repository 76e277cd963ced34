/** Agents made elsewhere: files read, judged before a run is made, and put where the run finds them. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { HandlersOf } from '../contract/calls.ts'
import type { ForeignAgentDraft, ForeignAgentFacts, foreignAgentCalls } from '../contract/calls/foreign-agents.ts'
import { LetheError, toErrorRecord } from '../contract/errors.ts'
import type { Device } from '../contract/run.ts'
import { openArchive } from '../data/formats/archive.ts'
import { encodeNpy, readNpy } from '../data/formats/npy.ts'
import { parseWith } from '../files/atomic.ts'
import {
  foreignFiles,
  importAgentConfigSchema,
  importAgentJob,
  requireFit,
} from '../trajectories/foreign/import-agent.ts'
import { readForeignParameters } from '../trajectories/foreign/parameters.ts'
import { readWeights } from '../trajectories/foreign/weights.ts'
import { readTrajectorySet } from '../trajectories/data/store.ts'
import type { LabContext } from './context.ts'
import { affordable, planOf } from './forgetting.ts'
import { queueRun, type Planned } from './queue.ts'

export interface ImportAgentRequest {
  /** The file of weights, its params.json, and an NPZ of observations, actions and, if there are any, values that it predicted. */
  readonly path: string
  readonly params: string
  readonly check?: string | undefined
  readonly data: string
  readonly algorithm?: string | undefined
  readonly decoder?: 'tanh' | 'linear' | undefined
  /** Where the file's name, model_N.pt, does not say it. */
  readonly steps?: number | undefined
  readonly share?: number | undefined
  readonly seed?: number | undefined
  readonly episodes?: number | undefined
}

/** Weights of networks as these take a few megabytes. */
const mostBytes = 2 ** 30
const mostRows = 1_000_000

export function foreignAgentsPart(context: LabContext) {
  const { project, start } = context
  /** Errors: all that reading can tell, before anything is made. */
  const draft = async (request: ImportAgentRequest): Promise<{ planned: Planned; files: Map<string, Uint8Array> }> => {
    const dataset = await readTrajectorySet(project, request.data)
    const bytes = await readWhole(request.path)
    const parameters = await readParameters(request.params)
    const name = path.basename(request.path)
    const foreign = readForeignParameters(parameters, path.basename(request.params), request)
    requireFit(foreign.sizes, dataset)
    readWeights(bytes, name)
    const config = {
      ...{ data: dataset.id, source: name, sourceSha256: createHash('sha256').update(bytes).digest('hex') },
      ...{ parameters, algorithm: foreign.algorithm.id, steps: request.steps ?? stepsFrom(name) },
      ...Object.fromEntries(
        (['decoder', 'share', 'seed', 'episodes'] as const).flatMap((key) =>
          request[key] === undefined ? [] : [[key, request[key]]],
        ),
      ),
    }
    const whole = parseWith(importAgentConfigSchema, config, 'import', 'config-invalid')
    const files = new Map<string, Uint8Array>([[foreignFiles.weights, bytes]])
    if (request.check !== undefined)
      for (const [file, array] of await readCheck(request.check, foreign.sizes)) files.set(file, array)
    return { planned: affordable(planOf(importAgentJob, whole, dataset)), files }
  }

  const createAgentImport = async (request: ImportAgentRequest, device?: Device) => {
    const { planned, files } = await draft(request)
    return queueRun(context, planned, { device, files })
  }

  const handlers: HandlersOf<typeof foreignAgentCalls> = {
    'foreignAgents.plan': async (asked) => {
      const { weights, params } = asked
      let facts: ForeignAgentFacts | null = null
      try {
        if (params !== null) facts = await factsOf(params, weights, asked.decoder)
        if (weights === null || params === null) return { facts, plan: null, trouble: null }
        const { planned } = await draft(requestOf({ ...asked, weights, params }))
        return { facts, plan: planned.plan, trouble: null }
      } catch (error) {
        return { facts, plan: null, trouble: toErrorRecord(error) }
      }
    },
    'foreignAgents.import': async ({ device, ...asked }) => {
      const { run } = await createAgentImport(requestOf(asked), device)
      start(run)
      return { run }
    },
  }

  return {
    handlers,
    createAgentImport,
    planAgentImport: async (request: ImportAgentRequest): Promise<Planned> => (await draft(request)).planned,
  }
}

type Asked = Omit<ForeignAgentDraft, 'device' | 'weights' | 'params'> & {
  readonly weights: string
  readonly params: string
}

const requestOf = ({ weights, check, decoder, steps, ...rest }: Asked): ImportAgentRequest => ({
  ...rest,
  path: weights,
  check: check ?? undefined,
  decoder: decoder ?? undefined,
  steps: steps ?? undefined,
})

/** What is told of an agent before all of it is chosen; until its decoder is said, any will do for that. */
async function factsOf(
  params: string,
  weights: string | null,
  decoder: ForeignAgentDraft['decoder'],
): Promise<ForeignAgentFacts> {
  const parameters = await readParameters(params)
  const foreign = readForeignParameters(parameters, path.basename(params), { decoder: decoder ?? 'linear' })
  const { algorithm, sizes, scaling, settings, line, needsDecoder } = foreign
  return {
    ...{ algorithm: algorithm.id, line, needsDecoder, ...sizes },
    hidden: z.object({ hidden: z.array(z.number()) }).parse(settings).hidden,
    standardises: scaling.mean.some((mean) => mean !== 0) || scaling.deviation.some((deviation) => deviation !== 1),
    rewardScale: scaling.reward,
    steps: weights === null ? null : stepsIn(path.basename(weights)),
  }
}

async function readWhole(file: string): Promise<Uint8Array> {
  const stat = await fs.stat(file).catch(() => null)
  if (!stat?.isFile()) throw new LetheError('file-missing', `${file} is not there, or no file.`, 'Look at the path.')
  if (stat.size > mostBytes)
    throw new LetheError(
      'file-too-large',
      `${file} has ${stat.size} bytes, more than ${mostBytes}.`,
      'Give the weights of one agent.',
    )
  return fs.readFile(file)
}

async function readParameters(file: string): Promise<Record<string, unknown>> {
  const text = Buffer.from(await readWhole(file)).toString('utf8')
  try {
    return parseWith(z.record(z.string(), z.unknown()), JSON.parse(text), file)
  } catch (cause) {
    if (cause instanceof LetheError) throw cause
    throw new LetheError(
      'file-malformed',
      `${file} is not JSON: ${(cause as Error).message}`,
      'Give the params.json of its logs.',
      { cause },
    )
  }
}

/** d3rlpy writes model_50000.pt after so many updates. Null for another name. */
function stepsIn(name: string): number | null {
  const [, steps] = /^model_(\d{1,9})\./.exec(name) ?? []
  return steps === undefined ? null : Number(steps)
}

function stepsFrom(name: string): number {
  const steps = stepsIn(name)
  if (steps !== null) return steps
  throw new LetheError(
    'config-invalid',
    `The name ${name} does not say how many updates the agent has had.`,
    'Say how many; --steps in the terminal.',
  )
}

interface Sizes {
  readonly observations: number
  readonly actions: number
}

/** Predictions made elsewhere, as NPY files. Errors: `file-malformed` naming what is missing or of another shape. */
async function readCheck(file: string, sizes: Sizes): Promise<Map<string, Uint8Array>> {
  const archive = await openArchive(file, { entries: 100, ratio: 1032 })
  try {
    const read = async (name: string, width: number | null): Promise<{ rows: number; data: Float32Array } | null> => {
      const entry = archive.entries.find((one) => one.path === `${name}.npy`)
      if (!entry) return null
      const array = await readNpy(await archive.bytes(entry), `${file}, ${name}`)
      const [rows = 0, ...rest] = array.shape
      const flat = rest.reduce((product, size) => product * size, 1)
      const data = array.data
      const real = data instanceof Float32Array || data instanceof Float64Array
      if (!real || flat !== (width ?? 1) || rows < 1 || rows > mostRows)
        throw new LetheError(
          'file-malformed',
          `${file}: expected ${name} of shape [rows${width === null ? '' : `, ${width}`}] and reals, found [${array.shape.join(', ')}] of ${array.dtype}.`,
          'Write observations, actions and values with numpy.savez.',
        )
      return { rows, data: Float32Array.from(data) }
    }
    const found = {
      observations: await read('observations', sizes.observations),
      actions: await read('actions', sizes.actions),
      values: await read('values', null),
    }
    const rows = found.observations?.rows
    for (const name of ['observations', 'actions', 'values'] as const)
      if (found[name] ? found[name].rows !== rows : name !== 'values')
        throw new LetheError(
          'file-malformed',
          `${file}: expected ${name} with ${rows ?? 'some'} rows, found ${found[name]?.rows ?? 'none'}.`,
          'Write observations, actions and values with numpy.savez.',
        )
    return new Map(
      Object.entries(found).flatMap(([name, array]) =>
        array
          ? [
              [
                foreignFiles[name as keyof typeof found],
                encodeNpy({ dtype: 'float32', shape: [array.data.length], data: array.data }),
              ] as const,
            ]
          : [],
      ),
    )
  } finally {
    await archive.close()
  }
}
