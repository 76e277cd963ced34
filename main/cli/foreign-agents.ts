/** Agents made elsewhere, brought into the project. */
import type { ImportAgentRequest } from '../lab/foreign-agents.ts'
import { usage, type Command } from './command.ts'
import { runCommand, runOptions } from './run-command.ts'

const importAgent = runCommand({
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
  request(command, words): ImportAgentRequest {
    const decoder = words.text('decoder')
    if (decoder !== undefined && decoder !== 'tanh' && decoder !== 'linear')
      throw usage(command, `--decoder expects tanh or linear, found ${decoder}.`)
    return {
      ...{ path: words.first, params: words.required('params'), data: words.required('data') },
      ...{ algorithm: words.text('algorithm'), check: words.text('check') },
      decoder,
      ...{ steps: words.number('steps'), share: words.number('share') },
      ...{ episodes: words.number('episodes'), seed: words.seed() },
    }
  },
  plan: (lab, request) => lab.planAgentImport(request),
  create: (lab, request, device) => lab.createAgentImport(request, device),
})

export const foreignAgentsCommands: readonly Command[] = [importAgent]
