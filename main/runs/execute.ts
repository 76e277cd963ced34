/**
 * Executes one run: pulls the job's generator, turns what it yields into the run folder, obeys requests between steps,
 * and ends in exactly one recorded state. The caller pulls this generator in turn: for the terminal's bar, the
 * window, or a test.
 */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { dataId } from '../contract/calls/call.ts'
import { LetheError, toErrorRecord } from '../contract/errors.ts'
import type { LoggedEvent } from '../contract/calls.ts'
import type { Job, JobContext, JobEvent, RunContext } from '../contract/job.ts'
import type { LedgerEntry } from '../contract/privacy.ts'
import type { RunEvent, RunRecord } from '../contract/run.ts'
import { dataFolder, openData } from '../data/catalogue.ts'
import { appendLines, parseWith, writeAtomic, writeJson } from '../files/atomic.ts'
import { lock, tryLock, withLock, type Lock } from '../files/lock.ts'
import { rootStream, type Stream } from '../math/random.ts'
import { ledgerOf } from '../privacy/ledger.ts'
import { makeMechanisms } from '../privacy/mechanisms.ts'
import { loadCheckpoint, saveCheckpoint, sha256 } from './checkpoint.ts'
import { openTrajectories } from '../trajectories/data/store.ts'
import type { TrajectoryContext } from '../trajectories/job.ts'
import { version } from '../version.ts'
import { clearRequest, readRequest } from './control.ts'
import { openEnvironment } from './environment.ts'
import {
  eventBlocks,
  dataLock,
  deviceLock,
  readConfig,
  readEnvironment,
  readPlan,
  readRecord,
  runPaths,
  runsFolder,
  sweep,
  waitingPhase,
  writeRecord,
  type RunPaths,
} from './folder.ts'
import { jobOf } from './jobs.ts'
import { progressMeter } from './progress.ts'
import { requireInUse } from './retire.ts'

const controlEveryMs = 100
const progressEveryMs = 250
const reserveBytes = 1 << 20

export interface ExecuteOptions {
  /** Aborting leaves the run `interrupted`, to be resumed; a cancel comes through the run's control file. */
  readonly signal?: AbortSignal
  /** Monotonic seconds; a test may bring its own clock. */
  readonly now?: () => number
}

/** Errors before the run starts (`run-missing`, `run-locked`, `run-state`) are thrown; later ones end in its record. */
export async function* executeRun(
  project: string,
  id: string,
  options: ExecuteOptions = {},
): AsyncGenerator<LoggedEvent, RunRecord> {
  const paths = runPaths(project, id)
  await readRecord(paths)
  const held = await lock(paths.lock, `Run ${id}`, { code: 'run-locked' })
  try {
    const record = await readRecord({ ...paths, lock: `${paths.lock}.none` })
    if (record.state === 'succeeded')
      throw new LetheError('run-state', `Run ${id} has already ended well.`, 'Start a new run, or look at its report.')
    return yield* executeLocked(project, paths, record, options)
  } finally {
    await held.release()
  }
}

async function* executeLocked(
  project: string,
  paths: RunPaths,
  previous: RunRecord,
  options: ExecuteOptions,
): AsyncGenerator<LoggedEvent, RunRecord> {
  const now = options.now ?? (() => performance.now() / 1000)
  const log = await openLog(paths)
  const reserve = path.join(paths.folder, '.reserve')
  let record: RunRecord = {
    ...previous,
    state: 'running',
    started: previous.started ?? new Date().toISOString(),
    ended: null,
    error: null,
    attempts: previous.attempts + 1,
  }
  const enter = async (change: Partial<RunRecord>): Promise<LoggedEvent> => {
    record = { ...record, ...change }
    await writeRecord(paths, record)
    return log.write({ kind: 'state', state: record.state })
  }
  const end = (change: Partial<RunRecord>): Promise<LoggedEvent> =>
    enter({ ...change, ended: new Date().toISOString() })

  await clearRequest(paths)
  await sweep(paths)
  let device: Lock | null = null
  const abort = new AbortController()
  try {
    await fs.writeFile(reserve, Buffer.alloc(reserveBytes))
    yield await whileDataStand(project, paths, previous.kind, () => enter({}))
    device = yield* waitForDevice(project, paths, log, options.signal)
    const job = jobOf(previous.kind)
    const spent: LedgerEntry[] = []
    const { context, metricsBytes, problems } = await makeContext(project, paths, job, abort.signal, (entry) =>
      spent.push(entry),
    )
    await log.truncateMetrics(metricsBytes)
    for (const message of problems) yield await log.write({ kind: 'warning', message })
    const { record: environment, warning } = await openEnvironment(
      previous.device ?? 'auto',
      await readEnvironment(paths),
    )
    if (warning !== null) yield await log.write({ kind: 'warning', message: warning })
    await writeJson(paths.environment, environment)

    const plan = await readPlan(paths)
    const meter = progressMeter(plan.steps, now)
    const config = parseWith(job.config, await readConfig(paths), 'config.json', 'config-invalid')
    const generator = job.run(context as never, config) // each job gets the context of its subject
    let lastControl = -Infinity
    let lastProgress = -Infinity
    let lastPhase = ''
    for (;;) {
      const pulled = await generator.next()
      while (spent.length > 0) yield await log.write(spendEvent(spent.shift()!))
      if (pulled.done) {
        yield await end({ state: 'succeeded', outcome: pulled.value })
        return record
      }
      const event = pulled.value
      const time = now()
      if (event.kind === 'progress') {
        const pace = meter(event.phase, event.step, event.totalSteps)
        const due =
          event.phase !== lastPhase || event.step >= event.totalSteps || (time - lastProgress) * 1000 >= progressEveryMs
        if (due) {
          ;[lastProgress, lastPhase] = [time, event.phase]
          yield await log.write({ ...event, ...pace })
        }
      } else {
        yield await log.write(await store(paths, event, log.metricsBytes))
      }
      if ((time - lastControl) * 1000 >= controlEveryMs) {
        lastControl = time
        await new Promise((resolve) => setImmediate(resolve)) // lets signals and messages in
        if (readRequest(paths) === 'pause') {
          yield await enter({ state: 'paused' })
          while (readRequest(paths) === 'pause' && !options.signal?.aborted)
            await new Promise((resolve) => setTimeout(resolve, controlEveryMs))
          yield await enter({ state: 'running' })
        }
      }
      if (readRequest(paths) === 'cancel' || options.signal?.aborted) {
        const state = options.signal?.aborted ? 'interrupted' : 'cancelled'
        abort.abort()
        await generator.return({}).catch(() => undefined)
        yield await end({ state })
        return record
      }
    }
  } catch (error) {
    abort.abort()
    await fs.rm(reserve, { force: true }) // room to write the last record when the disk is full
    const failure = toErrorRecord(error)
    if (failure.code === 'cancelled' || options.signal?.aborted) {
      yield await end({ state: options.signal?.aborted ? 'interrupted' : 'cancelled' })
      return record
    }
    if (failure.code === 'internal')
      await fs
        .writeFile(path.join(paths.folder, 'error.log'), String((error as Error).stack ?? error))
        .catch(() => undefined)
    yield await end({ state: 'failed', error: failure })
    return record
  } finally {
    await fs.rm(reserve, { force: true }).catch(() => undefined)
    await clearRequest(paths).catch(() => undefined)
    await device?.release()
    await log.close()
  }
}

const onData = z.object({ data: dataId })

/** Its data may be on their way out of the project: then it begins once they are, and does not find them. */
async function whileDataStand<Value>(project: string, paths: RunPaths, kind: string, work: () => Promise<Value>) {
  const config = await readConfig(paths).catch(() => null) // what is wrong with it is said where it is used
  const data = onData.safeParse(config)
  if (!data.success) return work()
  return withLock(dataLock(project, data.data.data), `Data set ${data.data.data}`, 60_000, work)
}

/** One running job per device and project: the others queue in the order in which they asked. */
async function* waitForDevice(
  project: string,
  paths: RunPaths,
  log: Log,
  signal?: AbortSignal,
): AsyncGenerator<LoggedEvent, Lock> {
  const file = deviceLock(runsFolder(project))
  for (let waited = 0; ; waited++) {
    const held = await tryLock(file)
    if (held) return held
    if (waited === 0)
      yield await log.write({
        kind: 'progress',
        phase: waitingPhase,
        step: 0,
        totalSteps: 1,
        rate: null,
        secondsLeft: null,
      })
    if (signal?.aborted || readRequest(paths) === 'cancel')
      throw new LetheError('cancelled', 'Cancelled while waiting.', 'Resume it when you like.')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function makeContext(
  project: string,
  paths: RunPaths,
  job: Job<never>,
  signal: AbortSignal,
  onSpend: (entry: LedgerEntry) => void,
) {
  const config = parseWith(job.config, await readConfig(paths), 'config.json', 'config-invalid')
  const root = rootStream(job.seed(config))
  const id = job.data(config)
  const { checkpoint, metricsBytes, problems } = await loadCheckpoint(paths.checkpoints)
  const cacheFolder = path.join(dataFolder(project, id), 'cache') // goes to the trash with the data it was made from
  const base: JobContext = {
    run: paths.id,
    signal,
    stream: (name) => root.fork(`run/${name}`),
    checkpoint,
    cache: {
      read: (key) => fs.readFile(path.join(cacheFolder, key)).catch(() => null),
      write: async (key, bytes) => {
        await fs.mkdir(cacheFolder, { recursive: true, mode: 0o700 })
        await writeAtomic(path.join(cacheFolder, key), bytes)
      },
    },
    artifact: (name) => artifactIn(paths, name),
  }
  const context =
    job.subject === 'images'
      ? await imagesContext(project, paths, base, id, { config, root, onSpend })
      : await trajectoriesContext(project, base, id)
  return { context, metricsBytes, problems }
}

const artifactIn = (paths: RunPaths, name: string): Promise<Uint8Array | null> =>
  fs.readFile(path.join(paths.artifacts, path.basename(name))).catch(() => null)

async function trajectoriesContext(project: string, base: JobContext, id: string): Promise<TrajectoryContext> {
  return {
    ...base,
    trajectories: await openTrajectories(project, id),
    async artifactOf(run, name) {
      const paths = runPaths(project, run)
      const record = await readRecord(paths).catch(() => null)
      if (record) requireInUse(record)
      return artifactIn(paths, name)
    },
  }
}

async function imagesContext(
  project: string,
  paths: RunPaths,
  base: JobContext,
  id: string,
  { config, root, onSpend }: { config: unknown; root: Stream; onSpend: (entry: LedgerEntry) => void },
): Promise<RunContext> {
  const plan = await readPlan(paths)
  if (!plan.privacy) throw new LetheError('internal', `Run ${paths.id} has no privacy plan.`)
  const data = await openData(project, id)
  // Noise must be fresh for every different release: version, configuration and data name its stream.
  const noiseName = createHash('sha256')
    .update(JSON.stringify([version, config, plan.privacy.stages, data.hash]))
    .digest('hex')
  return {
    ...base,
    mode: plan.privacy.mode,
    data,
    mechanisms: makeMechanisms({
      run: paths.id,
      plan: plan.privacy,
      ledger: ledgerOf(project, data.dataset.id),
      folder: paths.releases,
      stream: root.fork(`privacy/${noiseName}`),
      onSpend,
    }),
  }
}

const spendEvent = (entry: LedgerEntry): RunEvent => ({
  kind: 'spend',
  stage: entry.kind === 'charge' ? entry.stage : '',
  account: entry.kind === 'charge' ? entry.account : '',
  ledgerSeq: entry.seq,
  ledgerHash: entry.hash,
})

/** Puts the bytes of an event into the run folder and leaves their place and hash. */
async function store(
  paths: RunPaths,
  event: Exclude<JobEvent, { kind: 'progress' }>,
  metricsBytes: () => number,
): Promise<RunEvent> {
  switch (event.kind) {
    case 'metric':
    case 'warning':
      return event
    case 'preview': {
      const file = `artifacts/${event.name}.png`
      await writeAtomic(path.join(paths.folder, file), event.png)
      return { kind: 'preview', name: event.name, step: event.step, file }
    }
    case 'artifact': {
      const file = `artifacts/${path.basename(event.name)}`
      await writeAtomic(path.join(paths.folder, file), event.bytes)
      return { kind: 'artifact', name: event.name, file, sha256: sha256(event.bytes), bytes: event.bytes.length }
    }
    case 'checkpoint': {
      const folder = await saveCheckpoint(paths.checkpoints, event.checkpoint, metricsBytes())
      return { kind: 'checkpoint', step: event.checkpoint.step, folder: path.relative(paths.folder, folder) }
    }
  }
}

interface Log {
  write(event: RunEvent): Promise<LoggedEvent>
  metricsBytes(): number
  truncateMetrics(bytes: number): Promise<void>
  close(): Promise<void>
}

/** A whole line or nothing: a full disk must not leave half a line in the middle of a log. */
async function appendWhole(file: fs.FileHandle, line: string): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(line)
  } catch (error) {
    await file.truncate(size).catch(() => undefined)
    throw error
  }
}

/** `events.ndjson` and `metrics.ndjson`. What must not be lost is flushed at once; progress and metrics every second. */
async function openLog(paths: RunPaths): Promise<Log> {
  let seq = 0
  for await (const events of eventBlocks(paths)) seq += events.length
  await appendLines(paths.events, []) // cuts a torn last line
  await appendLines(paths.metrics, [])
  const eventFile = await fs.open(paths.events, 'a', 0o600)
  const metricFile = await fs.open(paths.metrics, 'a', 0o600)
  let metricsBytes = (await metricFile.stat()).size
  return {
    async write(event) {
      const logged = { seq: seq++, time: new Date().toISOString(), ...event }
      if (event.kind === 'metric') {
        const { kind: _kind, ...metric } = event
        const line = JSON.stringify(metric) + '\n' // no clock: a resumed run ends with the same bytes
        await appendWhole(metricFile, line)
        metricsBytes += Buffer.byteLength(line)
      }
      await appendWhole(eventFile, JSON.stringify(logged) + '\n')
      if (event.kind === 'state' || event.kind === 'spend' || event.kind === 'checkpoint') await eventFile.datasync()
      return logged
    },
    metricsBytes: () => metricsBytes,
    async truncateMetrics(bytes) {
      if (bytes >= metricsBytes) return
      await metricFile.truncate(bytes)
      metricsBytes = bytes
    },
    async close() {
      await eventFile.close()
      await metricFile.close()
    },
  }
}
