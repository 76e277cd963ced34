import { LetheError } from '../contract/errors.ts'
import { scoreFeatureFiles, scorePictures, scoreProbabilityFile } from '../images/score.ts'
import { describeMethod, methods, methodOf, type AnyMethod } from '../images/methods.ts'
import type { SynthesizeRequest } from '../lab/images.ts'
import { table } from './bar.ts'
import { settings, usage, type Command } from './command.ts'
import { finish } from './runs.ts'

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

const synthesize: Command = {
  name: 'images synthesize',
  summary: 'Make a private synthetic image set and measure it',
  positionals: '',
  options: {
    method: { type: 'string', help: 'the method, e.g. dp-merf' },
    data: { type: 'string', help: 'the data set; mnist is built in' },
    epsilon: { type: 'string', help: 'the epsilon of this run' },
    delta: { type: 'string', help: "delta (default: the data set's)" },
    seed: { type: 'string', help: 'root of all randomness (default 1)' },
    preset: { type: 'string', help: 'desk (default), paper or tiny' },
    set: { type: 'string', multiple: true, help: "key=value, a field of the method's configuration; may be repeated" },
    device: { type: 'string', help: 'auto (default), cpu or gpu' },
    release: { type: 'boolean', help: 'noise from the operating system; nothing is read without noise' },
    'no-score': { type: 'boolean', help: 'make images only' },
    'plan-only': { type: 'boolean', help: 'say what it would do and cost, and stop' },
    resume: { type: 'string', help: 'go on with this run instead of starting one' },
  },
  example: 'images synthesize --method dp-merf --data mnist --epsilon 1 --set batch=200',
  async run({ words, lab, signal, say }) {
    const opened = await lab()
    const resumed = words.text('resume')
    if (resumed) {
      const { plan } = await opened.showRun(resumed)
      const { record, report } = await finish(opened, resumed, signal)
      return { document: { run: resumed, plan, outcome: record.outcome, report }, text: `Report: ${report}` }
    }
    const number = (name: string): number | undefined => words.number(name)
    const epsilon = number('epsilon')
    if (epsilon === undefined) throw usage(this, '--epsilon is missing.')
    if (epsilon <= 0)
      throw new LetheError(
        'config-invalid',
        `--epsilon must be above 0, found ${epsilon}.`,
        'Small values protect more; 1 is a common choice.',
      )
    const preset = words.text('preset') ?? 'desk'
    if (preset !== 'desk' && preset !== 'paper' && preset !== 'tiny')
      throw usage(this, `--preset expects desk, paper or tiny, found ${preset}.`)
    const device = words.text('device') ?? 'auto'
    if (device !== 'auto' && device !== 'cpu' && device !== 'gpu')
      throw usage(this, `--device expects auto, cpu or gpu, found ${device}.`)
    const method = methodOf(words.required('method')).id
    const data = words.required('data')
    const set = settings(this, words)
    await opened.ensureBuiltIn(data)
    const request: SynthesizeRequest = {
      method,
      data,
      epsilon,
      delta: number('delta'),
      seed: number('seed'),
      preset,
      mode: words.flag('release') ? 'release' : 'research',
      score: !words.flag('no-score'),
      device,
      set,
    }
    if (words.flag('plan-only')) {
      const { plan } = await opened.planSynthesis(request)
      return { document: { plan }, text: JSON.stringify(plan, null, 2) }
    }
    const { run, plan } = await opened.createSynthesis(request)
    say(
      `Run ${run}: epsilon ${plan.privacy?.epsilon} at delta ${plan.privacy?.delta}; the data set will have spent ${plan.privacy?.spentAfter} of ${plan.privacy?.budget}.`,
    )
    const { record, report } = await finish(opened, run, signal)
    return {
      document: { run, plan, outcome: record.outcome, report },
      text: `${JSON.stringify(record.outcome, null, 2)}\n\nReport: ${report}`,
    }
  },
}

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
