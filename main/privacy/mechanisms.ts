/**
 * Mechanisms made from the stages of a plan. Order of every release: charge the ledger (write-ahead, flushed) → draw
 * noise → keep the result in the run folder → hand it out. A resumed run finds the kept result and neither pays nor
 * draws again. If the process died between charge and keeping, research mode draws the same noise again (same seed,
 * same value, nothing new is learnt); release mode cannot, and pays again.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Mechanisms, RandomStream } from '../contract/job.ts'
import type { LedgerEntry, PrivacyPlan, Stage } from '../contract/privacy.ts'
import { writeAtomic } from '../files/atomic.ts'
import { bestEpsilon, epsilonsOf, roundUp } from './compose.ts'
import { appendLedger, chargedEvents, readLedger, summarise, type Ledger } from './ledger.ts'
import { releaseNoise, researchNoise, type NoiseSource } from './noise.ts'
import { requireBudget } from './plan.ts'

export interface MechanismOptions {
  readonly run: string
  readonly plan: PrivacyPlan
  readonly ledger: Ledger
  /** `<run>/releases`: what left the mechanisms, by stage. */
  readonly folder: string
  /** Root of the seeded noise; only research mode touches it. */
  readonly stream: RandomStream
  readonly onSpend: (entry: LedgerEntry) => void
}

export function makeMechanisms(options: MechanismOptions): Mechanisms {
  const { plan, run, ledger } = options
  const research = plan.mode === 'research'

  const stageOf = (id: string, kind: Stage['event']['kind']): Stage => {
    const stage = plan.stages.find((candidate) => candidate.id === id)
    if (!stage || stage.event.kind !== kind)
      throw new LetheError(
        'privacy-invalid',
        `The plan has no ${kind} stage named ${id}.`,
        'A method may release only what its plan declares.',
      )
    return stage
  }

  /** Charges a stage unless this run paid for the very same noise before. */
  const charge = async (stage: Stage): Promise<void> => {
    let paid: LedgerEntry | undefined
    const entry = await appendLedger(
      ledger,
      {
        kind: 'charge',
        run,
        stage: stage.id,
        account: stage.account,
        sensitivity: stage.sensitivity,
        mode: plan.mode,
        event: stage.event,
      },
      (entries) => {
        paid = research
          ? entries.find((old) => old.kind === 'charge' && old.run === run && old.stage === stage.id)
          : undefined
        if (paid) throw alreadyPaid
        const { budget, delta, relation, spent, accounts } = summarise(entries)
        const after = bestEpsilon(epsilonsOf([...chargedEvents(entries, stage.account), stage.event], delta, relation))
        const other = bestEpsilon(accounts[stage.account === 'train' ? 'validation' : 'train'])
        requireBudget(ledger.data, roundUp(spent), roundUp(Math.max(after, other)), budget)
      },
    ).catch((error: unknown) => {
      if (error === alreadyPaid && paid) return paid
      throw error
    })
    options.onSpend(entry)
  }

  const noiseOf = (stage: Stage): NoiseSource =>
    research ? researchNoise(options.stream.fork(`noise/${stage.id}`)) : releaseNoise()

  /** Runs `draw` once in the life of the run; later calls read what it gave. */
  const once = async (stage: Stage, draw: () => Promise<Float64Array>): Promise<Float64Array> => {
    const file = path.join(options.folder, `${stage.id}.f64`)
    const kept = await fs.readFile(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error // never draw again because a disk hiccups
    })
    if (kept) {
      if (kept.length === 0 || kept.length % 8 !== 0)
        throw new LetheError(
          'checkpoint-corrupt',
          `${file} is damaged: ${kept.length} bytes are not whole numbers.`,
          'Restore it from a copy, or start a new run.',
        )
      const paid = (await readLedger(ledger)).filter(
        (entry) => entry.kind === 'charge' && entry.run === run && entry.stage === stage.id,
      )
      for (const entry of paid) options.onSpend(entry) // a crash may have lost the note of it
      return new Float64Array(kept.buffer.slice(kept.byteOffset, kept.byteOffset + kept.byteLength))
    }
    const released = await draw()
    await fs.mkdir(options.folder, { recursive: true, mode: 0o700 })
    await writeAtomic(file, new Uint8Array(released.buffer, released.byteOffset, released.byteLength))
    return released
  }

  const pureEpsilon = (stage: Stage): number => (stage.event.kind === 'pure' ? stage.event.epsilon : 0)

  return {
    gaussian(id, compute) {
      const stage = stageOf(id, 'gaussian')
      return once(stage, async () => {
        const values = await compute()
        await charge(stage)
        const scale = (stage.event.kind === 'gaussian' ? stage.event.noiseMultiplier : Infinity) * stage.sensitivity
        const noise = noiseOf(stage).gaussian(values.length)
        return values.map((value, index) => value + scale * noise[index]!)
      })
    },

    /**
     * Report-noisy-max (Dwork and Roth 2014, claim 3.9): Laplace noise of scale 1/epsilon is enough under add/remove,
     * where all counts move the same way (monotone); replace-one needs 2/epsilon.
     */
    async reportNoisyMax(id, counts) {
      const stage = stageOf(id, 'pure')
      const [winner] = await once(stage, async () => {
        const exact = await counts()
        await charge(stage)
        const noise = noiseOf(stage)
        const scale = (plan.relation === 'add-remove' ? 1 : 2) / pureEpsilon(stage)
        let best = 0
        let bestValue = -Infinity
        exact.forEach((count, index) => {
          const noisy = count + noise.laplace(scale)
          if (noisy > bestValue) [best, bestValue] = [index, noisy]
        })
        return Float64Array.of(best)
      })
      return winner!
    },

    /** Geometric mechanism: a whole count moves by at most one under either relation. */
    async noisyCount(id, count) {
      const stage = stageOf(id, 'pure')
      const [noisy] = await once(stage, async () => {
        const exact = await count()
        await charge(stage)
        return Float64Array.of(exact + noiseOf(stage).discreteLaplace(1 / pureEpsilon(stage)))
      })
      return noisy!
    },

    async nonPrivateRead(what, split) {
      await appendLedger(ledger, { kind: 'read', run, what, split }, (entries) => {
        if (entries.some((old) => old.kind === 'read' && old.run === run && old.what === what && old.split === split))
          throw alreadyPaid
      }).catch((error: unknown) => {
        if (error !== alreadyPaid) throw error
      })
    },
  }
}

/** Thrown and caught here only: leaves the ledger as it is. */
const alreadyPaid = new Error('already in the ledger')
