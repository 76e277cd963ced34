/** Agents made elsewhere, brought into the project. */
import type { ImportAgentRequest } from '../lab/foreign-agents.ts'
import { usage, type Command } from './command.ts'
import { deviceOf, runOptions } from './forgetting.ts'
import { finish } from './runs.ts'

const importAgent: Command = {
  name: 'trajectories import-agent',
  summary: 'Bring in an agent that d3rlpy trained, from its weights (.pt or .safetensors) and its params.json',
  positionals: 'PATH',
  options: {
    params: { type: 'string', help: 'the params.json of its logs' },
    data: { type: 'string', help: 'the set of trajectories that it was trained on' },
    algorithm: { type: 'string', help: 'refuse a file of another algorithm' },
    check: {
      type: 'string',
      help: 'NPZ with observations, actions and values it predicted: predicted again, and compared',
    },
    decoder: { type: 'string', help: 'of BCQ, BEAR and PLAS: linear for d3rlpy 2.8, tanh for others' },
    steps: { type: 'string', help: 'updates it has had (default: from the name, model_N.pt)' },
    share: { type: 'string', help: 'share of the episodes it was trained on, from the first (default 1)' },
    episodes: { type: 'string', help: 'played to measure its returns (default 10)' },
    seed: runOptions.seed,
    device: runOptions.device,
    'plan-only': runOptions['plan-only'],
  },
  example: 'trajectories import-agent model_500000.pt --params params.json --data hopper --check predictions.npz',
  async run({ words, lab, signal, say }) {
    const decoder = words.text('decoder')
    if (decoder !== undefined && decoder !== 'tanh' && decoder !== 'linear')
      throw usage(this, `--decoder expects tanh or linear, found ${decoder}.`)
    const request: ImportAgentRequest = {
      ...{ path: words.first, params: words.required('params'), data: words.required('data') },
      ...{ algorithm: words.text('algorithm'), check: words.text('check') },
      decoder,
      ...{ steps: words.number('steps'), share: words.number('share') },
      ...{ episodes: words.number('episodes'), seed: words.number('seed') },
    }
    const device = deviceOf(this, words)
    const opened = await lab()
    if (words.flag('plan-only')) {
      const { plan, config } = await opened.planAgentImport(request)
      return { document: { plan, config }, text: JSON.stringify({ plan, config }, null, 2) }
    }
    const { run, plan } = await opened.createAgentImport(request, device)
    say(`Run ${run}`)
    const { record, report } = await finish(opened, run, signal)
    return {
      document: { run, plan, outcome: record.outcome, report },
      text: `${JSON.stringify(record.outcome, null, 2)}\n\nReport: ${report}`,
    }
  },
}

export const foreignAgentsCommands: readonly Command[] = [importAgent]
