/** The second part of the demo: a small agent learns from recorded episodes and is made to forget some. Seconds, not hours: it shows the way. */
import type { Lab } from '../lab.ts'
import { table } from './bar.ts'
import { finish } from './runs.ts'

const set = { task: 'hopper', policy: 'medium', episodes: 20, noise: 0.02, variant: 'v4', name: 'Hopper demo' } as const
const id = 'hopper-demo'
const forget = 'ids:3,4'

type Values = Readonly<Record<'remaining' | 'forgotten' | 'unseen', number | null>>
interface Outcome {
  readonly before: { readonly values: Values }
  readonly after: { readonly values: Values }
}

/** Trains and unlearns with a fixed seed; the set is collected once for a project. */
export async function demoForgetting(
  lab: Lab,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<{ runs: string[]; text: string }> {
  say(
    `\nForgetting: ${set.episodes} simulated episodes of Hopper, an agent trained on 18 of them, of which it forgets 2.`,
  )
  if (!(await lab.holdsTrajectories(id))) await lab.collectTrajectories({ ...set, seed: 1, signal })
  const training = { steps: 1000, evaluations: 0 }
  const { run: agent } = await lab.createTraining({ algorithm: 'td3-bc', data: id, preset: 'tiny', set: training })
  await finish(lab, agent, signal)
  const request = { agent, forget, method: 'trajdeleter', preset: 'tiny', set: { steps: 200 } } as const
  const { run } = await lab.createUnlearning(request)
  const { record, report } = await finish(lab, run, signal)
  const { before, after } = record.outcome as unknown as Outcome
  const shown = (value: number | null): string => (value === null ? 'missing' : value.toFixed(2))
  const row = (words: string, part: keyof Values) => [words, shown(before.values[part]), shown(after.values[part])]
  const rows = [
    ['mean value of what it would do', 'before', 'after'],
    row('on the 2 forgotten episodes', 'forgotten'),
    row('on the 16 it goes on with', 'remaining'),
    row('on the 2 it never saw', 'unseen'),
  ]
  const text = [
    'Forgetting, at a size to look at and not to believe: TD3+BC with tiny networks, 1,000 updates, then 200 to forget.',
    table(rows),
    'Whether a trajectory is forgotten is for an audit to say, at the size of a real training.',
    `Report: ${report}`,
  ].join('\n')
  return { runs: [agent, run], text }
}
