import { LetheError } from '../contract/errors.ts'
import { scoreFeatureFiles, scorePictures, scoreProbabilityFile } from '../images/score.ts'
import { describeMethod, methods, methodOf, type AnyMethod } from '../images/methods.ts'
import type { SynthesizeRequest } from '../lab/images.ts'
import { table } from './bar.ts'
import { settings, usage, type Command } from './command.ts'
import { deviceOf, oneOf, runCommand, runOptions } from './run-command.ts'

const methodsCommand: Command = {
  name: 'images methods',
  summary: 'The synthesis methods, their papers, mechanisms and settings',
  positionals: '',
  options: {},
  example: 'images methods --json',
  run() {
    const described = (methods as unknown as readonly AnyMethod[]).map(describeMethod)
    const rows = described.map((method) => [method.id, method.title, method.mechanism, method.adjacency])
    return Promise.resolve({ document: { methods: described }, text: table(rows) })
  },
}

const synthesize = runCommand({
  name: 'images synthesize',
  summary: 'Make a private synthetic image set and measure it',
  positionals: '',
  options: {
    method: { type: 'string', help: 'the method, e.g. dp-merf' },
    data: { type: 'string', help: 'the data set; mnist is built in' },
    epsilon: { type: 'string', help: 'the epsilon of this run' },
    delta: { type: 'string', help: "delta (default: the data set's)" },
    preset: { type: 'string', help: 'desk (default), paper or tiny' },
    release: { type: 'boolean', help: 'noise from the operating system; nothing is read without noise' },
    'no-score': { type: 'boolean', help: 'make images only' },
    ...runOptions,
  },
  example: 'images synthesize --method dp-merf --data mnist --epsilon 1 --set batch=200',
  async request(command, words, lab): Promise<SynthesizeRequest> {
    const epsilon = words.number('epsilon')
    if (epsilon === undefined) throw usage(command, '--epsilon is missing.')
    if (epsilon <= 0)
      throw new LetheError(
        'config-invalid',
        `--epsilon must be above 0, found ${epsilon}.`,
        'Small values protect more; 1 is a common choice.',
      )
    const request: SynthesizeRequest = {
      preset: oneOf<'desk' | 'paper' | 'tiny'>(command, words, 'preset', ['desk', 'paper', 'tiny']),
      method: methodOf(words.required('method')).id,
      data: words.required('data'),
      epsilon,
      delta: words.number('delta'),
      seed: words.seed(),
      mode: words.flag('release') ? 'release' : 'research',
      score: !words.flag('no-score'),
      device: deviceOf(command, words),
      set: settings(command, words),
    }
    await lab.ensureBuiltIn(request.data)
    return request
  },
  async plan(lab, request) {
    const { plan } = await lab.planSynthesis(request)
    return { plan }
  },
  create: (lab, request) => lab.createSynthesis(request),
  began: (run, { privacy }) =>
    `Run ${run}: epsilon ${privacy?.epsilon} at delta ${privacy?.delta}; the data set will have spent ${privacy?.spentAfter} of ${privacy?.budget}.`,
})

const score: Command = {
  name: 'images score',
  summary: 'Compare real and fake images, or feature files, by Fréchet distance, precision, recall and kernel distance',
  positionals: '',
  options: {
    run: { type: 'string', help: 'a run of this project: its metrics' },
    real: { type: 'string', help: 'a folder, zip or data set id of real images' },
    fake: { type: 'string', help: 'a folder, zip or data set id of generated images' },
    'real-features': { type: 'string', help: 'NPY of float16, 32 or 64, one row for each image' },
    'fake-features': { type: 'string', help: 'NPY with as many columns' },
    neighbours: { type: 'string', help: 'k of precision and recall (default 3)' },
    probabilities: { type: 'string', help: 'NPY of class probabilities: the Inception Score formula' },
    splits: { type: 'string', help: 'parts for the Inception Score (default 1)' },
  },
  example: 'images score --real-features real.npy --fake-features fake.npy --json',
  async run({ words, lab, signal }) {
    const neighbours = words.number('neighbours') ?? 3
    const [realFeatures, fakeFeatures, probabilities] = ['real-features', 'fake-features', 'probabilities'].map(
      (name) => words.text(name),
    )
    if (realFeatures !== undefined || fakeFeatures !== undefined || probabilities !== undefined) {
      if ((realFeatures === undefined) !== (fakeFeatures === undefined))
        throw usage(this, 'Give --real-features and --fake-features together.')
      const document = {
        ...(realFeatures && fakeFeatures ? await scoreFeatureFiles(realFeatures, fakeFeatures, neighbours) : {}),
        ...(probabilities ? await scoreProbabilityFile(probabilities, words.number('splits') ?? 1) : {}),
      }
      return { document, text: show(document) }
    }
    const opened = await lab()
    const run = words.text('run')
    if (run) {
      const { summary } = await opened.showRun(run)
      if (!summary.outcome)
        throw new LetheError('run-state', `Run ${run} is ${summary.state} and has no scores.`, 'Resume it first.')
      return { document: { metrics: summary.outcome }, text: JSON.stringify(summary.outcome, null, 2) }
    }
    const metrics = await scorePictures(opened.project, words.required('real'), words.required('fake'), {
      neighbours,
      signal,
    })
    return { document: { metrics }, text: show(metrics) }
  },
}

const show = (metrics: object): string => table(Object.entries(metrics).map(([name, value]) => [name, String(value)]))

export const imagesCommands: readonly Command[] = [methodsCommand, synthesize, score]
