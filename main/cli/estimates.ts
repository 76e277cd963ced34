/** What an agent would return, estimated from recorded episodes. */
import { settings, type Command } from './command.ts'
import { estimateText } from './estimate-text.ts'
import { presetOf } from './forgetting.ts'
import { runCommand, runOptions } from './run-command.ts'

const estimate = runCommand({
  name: 'trajectories estimate',
  summary:
    'Estimate what an agent returns from recorded episodes, by fitted Q; where there is a simulator, beside what it returns there',
  positionals: '',
  options: {
    agent: { type: 'string', help: 'the run that trained, unlearned or imported it' },
    data: { type: 'string', help: 'whose episodes (default: those of its set that it was trained on)' },
    preset: { type: 'string', help: 'desk (default), paper or tiny' },
    ...runOptions,
  },
  example: 'trajectories estimate --agent RUN --json',
  request: (command, words) => ({
    ...{ agent: words.required('agent'), data: words.text('data'), preset: presetOf(command, words) },
    ...{ seed: words.seed(), set: settings(command, words) },
  }),
  plan: (lab, request) => lab.planEstimate(request),
  create: (lab, request, device) => lab.createEstimate(request, device),
  text: estimateText,
})

export const estimateCommands: readonly Command[] = [estimate]
