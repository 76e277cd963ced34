/** Episodes in motion: recorded, and as agents play them from the same starts. */
import { table } from './bar.ts'
import { usage, type Command } from './command.ts'
import { runCommand, runOptions } from './run-command.ts'

interface Played {
  readonly id: number
  readonly recorded: number
  readonly played: readonly number[]
}

const replay = runCommand({
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
  request(command, words) {
    const listOf = (name: string): string[] => (words.text(name) ?? '').split(',').filter(Boolean)
    words.required('episodes')
    const episodes = listOf('episodes').map(Number)
    if (!episodes.every((id) => Number.isSafeInteger(id) && id >= 0))
      throw usage(command, '--episodes expects ids apart by commas, as 0,12.')
    return { data: words.required('data'), episodes, agents: listOf('agents'), seed: words.seed() }
  },
  plan: (lab, request) => lab.planReplay(request),
  create: (lab, request, device) => lab.createReplay(request, device),
  text(outcome) {
    const rows = (outcome?.['episodes'] as Played[]).map(({ id, recorded, played }) => [
      ...[`episode ${id}`, `recorded ${recorded.toFixed(1)}`],
      ...played.map((total, agent) => `agent ${agent + 1} ${total.toFixed(1)}`),
    ])
    return table(rows)
  },
})

export const replayCommands: readonly Command[] = [replay]
