import { doctor } from '../doctor.ts'
import { roundUp } from '../privacy/compose.ts'
import { table } from './bar.ts'
import { usage, type Command } from './command.ts'
import { demoForgetting } from './demo-forgetting.ts'
import { finish } from './runs.ts'

const signs = { good: '✓', warning: '!', bad: '✗', unknown: '?' } as const

const doctorCommand: Command = {
  name: 'doctor',
  summary: 'What is installed, which engine runs, and what to do about each problem',
  positionals: '',
  options: {},
  example: 'doctor --json',
  async run() {
    const found = await doctor({ load: true })
    const text = [
      `engine      ${found.backend.name} (${found.backend.library}) on ${found.backend.device}`,
      ...Object.entries(found.versions).map(([name, version]) => `${name.padEnd(12)}${version}`),
      '',
      ...found.checks.map(
        ({ title, sign, found: what, hint }) => `${signs[sign]} ${title.padEnd(24)}${what}${hint && `\n  ${hint}`}`,
      ),
      ...found.problems.map((problem) => `\nProblem     ${problem.message}\nDo this     ${problem.hint}`),
      found.ok ? '\nAll is well.' : '',
    ].join('\n')
    return { document: found, text, ok: found.ok }
  },
}

const demoCommand: Command = {
  name: 'demo',
  summary:
    'The main job on real MNIST: a private synthetic digit set, its scores, its ledger, a report; then an agent that forgets',
  positionals: '',
  options: {
    budgets: { type: 'string', help: 'epsilons, each a release of its own and charged: 0.2,1,10 (default 1)' },
    seed: { type: 'string', help: 'root of all randomness (default 1)' },
    preset: { type: 'string', help: 'desk (default), or tiny for a quick look' },
  },
  example: 'demo --budgets 0.2,1,10',
  async run({ words, lab, signal, say }) {
    const budgets = (words.text('budgets') ?? '1').split(',').map(Number)
    if (budgets.some((epsilon) => !(epsilon > 0 && epsilon <= 100)))
      throw usage(this, '--budgets expects numbers above 0 and up to 100, like 0.2,1,10.')
    const preset = words.text('preset') ?? process.env['LETHE_DEMO_PRESET'] ?? 'desk'
    if (preset !== 'desk' && preset !== 'tiny') throw usage(this, '--preset expects desk or tiny.')
    const opened = await lab()
    say('MNIST, 70,000 real handwritten digits, stands in for a sensitive set.')
    await opened.ensureBuiltIn('mnist')
    const runs: string[] = []
    const rows: string[][] = [
      ['epsilon', 'small CNN', 'logistic', 'chosen privately', 'best epoch on test*', 'Fréchet', 'precision', 'recall'],
    ]
    let report = ''
    for (const epsilon of budgets) {
      const { run, plan } = await opened.createSynthesis({
        method: 'dp-merf',
        data: 'mnist',
        epsilon,
        preset,
        seed: words.seed(),
      })
      runs.push(run)
      say(`\nε = ${epsilon}, δ = ${plan.privacy!.delta}: one Gaussian release of the mean embedding. Run ${run}`)
      const finished = await finish(opened, run, signal)
      const { record } = finished
      const { classifiers, fidelity } = record.outcome as unknown as DemoOutcome
      const percent = (value: number | undefined): string =>
        value === undefined ? '–' : `${(100 * value).toFixed(1)} %`
      const final = (id: string): string => percent(classifiers.find((one) => one.id === id)?.testAccuracy.at(-1))
      const { selection } = record.outcome as unknown as DemoOutcome
      rows.push([
        String(epsilon),
        final('cnn'),
        final('logistic'),
        percent(selection.testAccuracy),
        percent(selection.bestOnTest),
        fidelity.frechet.toFixed(1),
        fidelity.precision.toFixed(3),
        fidelity.recall.toFixed(3),
      ])
      report = finished.report
      const { reference } = record.outcome as unknown as DemoOutcome
      if (epsilon === budgets.at(-1))
        rows.push([
          'real data',
          percent(reference.find((one) => one.id === 'cnn')?.testAccuracy.at(-1)),
          percent(reference.find((one) => one.id === 'logistic')?.testAccuracy.at(-1)),
          '',
          '',
          '',
          '',
          '',
        ])
    }
    const forgetting = await demoForgetting(opened, { signal, say })
    const { summary } = await opened.ledger('mnist')
    const text = [
      '',
      table(rows),
      '',
      '* what not to do: an epoch chosen on the sensitive test set leaks and flatters.',
      'Accuracies on the real test set; Fréchet, precision and recall on EfficientNet-Lite0 features (not the published FID).',
      `MNIST has now spent ε = ${roundUp(summary.spent)} of ${summary.budget} in this project.`,
      '',
      `Report: ${report}`,
      '',
      forgetting.text,
    ].join('\n')
    return { document: { runs: [...runs, ...forgetting.runs], report }, text }
  },
}

/** The part of a synthesis outcome that the table shows (images/synthesize.ts makes it). */
interface DemoOutcome {
  readonly classifiers: readonly { readonly id: string; readonly testAccuracy: readonly number[] }[]
  readonly reference: readonly { readonly id: string; readonly testAccuracy: readonly number[] }[]
  readonly selection: { readonly testAccuracy: number; readonly bestOnTest: number }
  readonly fidelity: { readonly frechet: number; readonly precision: number; readonly recall: number }
}

export const systemCommands: readonly Command[] = [doctorCommand, demoCommand]
