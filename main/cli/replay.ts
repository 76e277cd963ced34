/** Episodes in motion: recorded, and as agents play them from the same starts. */
import { table } from './bar.ts'
import { usage, type Command } from './command.ts'
import { deviceOf, runOptions } from './forgetting.ts'
import { finish } from './runs.ts'

interface Played {
  readonly id: number
  readonly recorded: number
  readonly played: readonly number[]
}

const replay: Command = {
  name: 'trajectories replay',
  summary:
    'Let agents play from the starts of recorded episodes, and check the physics of the record; the window shows it in motion',
  positionals: '',
  options: {
    data: { type: 'string', help: 'the set of trajectories' },
    episodes: { type: 'string', help: 'ids of its episodes, apart by commas; 8 at most' },
    agents: { type: 'string', help: 'runs whose agents play, apart by commas; 3 at most' },
    seed: runOptions.seed,
    device: runOptions.device,
    'plan-only': runOptions['plan-only'],
    resume: runOptions.resume,
  },
  example: 'trajectories replay --data hopper-medium-expert --episodes 0,12 --agents RUN,RUN',
  async run({ words, lab, signal, say }) {
    const opened = await lab()
    const resumed = words.text('resume')
    const device = deviceOf(this, words)
    const listOf = (name: string): string[] => (words.text(name) ?? '').split(',').filter(Boolean)
    let run = resumed
    if (run === undefined) {
      words.required('episodes')
      const episodes = listOf('episodes').map(Number)
      if (!episodes.every((id) => Number.isSafeInteger(id) && id >= 0))
        throw usage(this, '--episodes expects ids apart by commas, as 0,12.')
      const request = { data: words.required('data'), episodes, agents: listOf('agents'), seed: words.number('seed') }
      if (words.flag('plan-only')) {
        const { plan, config } = await opened.planReplay(request)
        return { document: { plan, config }, text: JSON.stringify({ plan, config }, null, 2) }
      }
      run = (await opened.createReplay(request, device)).run
      say(`Run ${run}`)
    }
    const { plan } = await opened.showRun(run)
    const { record, report } = await finish(opened, run, signal)
    const rows = (record.outcome?.['episodes'] as Played[]).map(({ id, recorded, played }) => [
      ...[`episode ${id}`, `recorded ${recorded.toFixed(1)}`],
      ...played.map((total, agent) => `agent ${agent + 1} ${total.toFixed(1)}`),
    ])
    return { document: { run, plan, outcome: record.outcome, report }, text: `${table(rows)}\n\nReport: ${report}` }
  },
}

export const replayCommands: readonly Command[] = [replay]
