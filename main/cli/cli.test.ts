/** The terminal as its users have it: words in; exit code, one JSON document, and what is left on disk out. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { encodeNpy } from '../data/formats/npy.ts'
import { openImageSet } from '../data/image-set.ts'
import { writeDigits } from '../testing/small-project.ts'
import { synthesizeWords, terminal, type Started } from '../testing/terminal.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-terminal-'))
const at = (...parts: string[]): string => path.join(root, ...parts)
const project = at('project')
const { start, lethe, json } = terminal({ LETHE_PROJECT: project })
const keys = (value: unknown): string[] => Object.keys(value as object)
const errorOf = (code: string) => ({ error: { code, message: expect.any(String), hint: expect.any(String) } })
const synthesize = [...synthesizeWords, '--no-score']

beforeAll(async () => {
  await writeDigits(at('digits.npz'), 1200)
  await writeDigits(at('other.npz'), 600)
  expect((await lethe('data', 'import', at('digits.npz'), '--name', 'Digits', '--budget', '20')).code).toBe(0)
})
afterAll(() => fs.rm(root, { recursive: true, force: true }))

/** Resolves when standard error of a started command holds `text`. */
const says = ({ process, ended }: Started, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let seen = ''
    process.stderr!.on('data', (piece: string) => (seen += piece).includes(text) && resolve())
    void ended.then(({ stderr }) => reject(new Error(`ended before saying ${text}:\n${stderr}`)))
  })

describe('words', () => {
  test('every command has help with an example that it accepts', async () => {
    const overview = await lethe('--help')
    expect(overview).toMatchObject({ code: 0, stderr: '' })
    for (const { name, example } of commands) {
      expect(overview.stdout).toContain(`  ${name} `)
      expect(example.startsWith(name)).toBe(true)
    }
    const helps = await Promise.all(commands.map(({ name }) => lethe(...name.split(' '), '--help')))
    helps.forEach(({ code, stdout, stderr }, index) => {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`Example\n  lethe ${commands[index]!.example}`)
      for (const word of ['--json', '--project', ...keys(commands[index]!.options).map((name) => `--${name}`)])
        expect(stdout).toContain(word)
    })
    expect((await lethe('data', '--help')).stdout).toContain('data import')
  })

  test('wrong usage exits with 2', async () => {
    const wrong: string[][] = [
      ['nonsense'],
      ['data'],
      ['data', 'list', 'extra'],
      ['data', 'list', '--bogus'],
      ['data', 'import'],
      ['data', 'import', 'x.npz'],
      ['data', 'import', 'x.npz', '--name', 'X', '--sensitive', '--public'],
      ['data', 'import', 'x.npz', '--name', 'X', '--relation', 'friends'],
      ['data', 'inspect', 'x.npz', '--limit', 'many'],
      ['data', 'show', 'a', 'b'],
      ['privacy', 'noise'],
      ['images', 'synthesize', '--method', 'dp-merf', '--data', 'digits'],
      ['images', 'synthesize', '--method', 'dp-merf', '--data', 'digits', '--epsilon', 'two'],
      ['images', 'synthesize', '--method', 'dp-merf', '--data', 'digits', '--epsilon', '2', '--set', 'steps'],
      ['images', 'score', '--real-features', 'a.npy'],
      ['runs', 'show'],
      ['runs', 'compare'],
      [],
    ]
    const answers = await Promise.all(wrong.map(async (words) => ({ words, ...(await json(...words)) })))
    expect(answers).toEqual(wrong.map((words) => ({ words, code: 2, document: errorOf('usage') })))
  })

  test('the project comes from --project, before or after the command, or from $LETHE_PROJECT', async () => {
    expect((await json('data', 'list')).document).toMatchObject({ datasets: [{ id: 'digits' }] })
    expect((await json('data', 'list', '--project', at('empty'))).document).toEqual({ datasets: [] })
    expect((await json('--project', at('empty'), 'data', 'list')).document).toEqual({ datasets: [] })
    await fs.writeFile(at('file'), '')
    expect(await json('data', 'list', '--project', at('file'))).toEqual({
      code: 1,
      document: errorOf('folder-read-only'),
    })
  })

  test('doctor says what runs', async () => {
    const { document } = await json('doctor')
    expect(document).toMatchObject({
      backend: { name: expect.stringMatching(/^tensorflow-(cpu|gpu)$/) },
      versions: { lethe: expect.any(String) },
    })
    expect(keys(document)).toEqual(expect.arrayContaining(['ok', 'backend', 'versions', 'problems']))
    expect(keys(document['backend'])).toEqual(['name', 'library', 'device'])
  })
})

describe('data', () => {
  test('inspect says what a file is, and both the error and the problems of a broken one', async () => {
    const whole = await json('data', 'inspect', at('digits.npz'))
    expect(whole).toMatchObject({
      code: 0,
      document: {
        format: 'npz',
        items: 1200,
        shape: [1200, 28, 28],
        dtype: 'uint8',
        classes: 10,
        range: [0, 255],
        problems: [],
      },
    })
    expect(keys(whole.document)).toEqual(expect.arrayContaining(['mean', 'sha256', 'parts']))
    expect((await json('data', 'inspect', at('digits.npz'), '--limit', '1')).document['parts']).toHaveLength(1)
    await fs.writeFile(at('cut.npz'), (await fs.readFile(at('digits.npz'))).subarray(0, 100_000))
    const cut = await json('data', 'inspect', at('cut.npz'))
    expect(cut).toMatchObject({
      code: 1,
      document: { ...errorOf('file-malformed'), problems: [{ code: 'file-malformed' }] },
    })
    expect(JSON.stringify(cut.document['error'])).toContain(at('cut.npz'))
    expect(await json('data', 'inspect', at('nowhere'))).toMatchObject({
      code: 1,
      document: { ...errorOf('file-missing'), problems: [{}] },
    })
  })

  test('the same images come in once, whatever they are called', async () => {
    expect(await json('data', 'import', at('digits.npz'), '--name', 'Digits')).toEqual({
      code: 1,
      document: errorOf('dataset-exists'),
    })
    expect(await json('data', 'import', at('digits.npz'), '--name', 'Others')).toEqual({
      code: 1,
      document: errorOf('dataset-exists'),
    })
    expect(await json('data', 'import', at('nowhere'), '--name', 'N')).toEqual({
      code: 1,
      document: errorOf('file-missing'),
    })
    expect((await fs.readdir(path.join(project, 'data'))).sort()).toEqual(['digits'])
  })

  test('show, export in three formats that hold the same images, remove, and back on the same terms', async () => {
    const folder = ['--project', at('second')]
    const imported = await json(
      'data',
      'import',
      at('other.npz'),
      '--name',
      'Other set',
      '--public',
      '--budget',
      '3',
      ...folder,
    )
    const dataset = imported.document['dataset'] as { splits: Record<string, { imagesSha256: string }> }
    expect(dataset).toMatchObject({
      id: 'other-set',
      sensitive: false,
      budget: 3,
      splits: { train: { count: 450 }, validation: { count: 50 }, test: { count: 100 } },
    })
    expect((await json('data', 'show', 'other-set', ...folder)).document).toEqual({ dataset, spent: 0, remaining: 3 })
    for (const format of ['npz', 'zip', 'folders']) {
      const { code, document } = await json(
        'data',
        'export',
        'other-set',
        '--out',
        at(`as-${format}`),
        '--format',
        format,
        ...folder,
      )
      expect({ code, document }).toEqual({
        code: 0,
        document: {
          dataset,
          files: ['train', 'validation', 'test'].map((name) =>
            at(`as-${format}`, format === 'folders' ? name : `${name}.${format}`),
          ),
        },
      })
    }
    for (const name of ['train', 'validation', 'test']) {
      const original = await picturesOf(at('as-npz', `${name}.npz`))
      expect(createHash('sha256').update(original.bytes).digest('hex')).toBe(dataset.splits[name]!.imagesSha256)
      expect((await picturesOf(at('as-zip', `${name}.zip`))).hash).toBe(original.hash)
      expect((await picturesOf(at('as-folders', name))).sorted).toEqual(original.sorted) // class by class: another order
    }
    expect(await json('data', 'export', 'other-set', '--out', at('as-npz'), ...folder)).toEqual({
      code: 2,
      document: errorOf('usage'),
    })
    expect(keys((await json('data', 'remove', 'other-set', ...folder)).document)).toContain('dataset')
    expect((await json('data', 'list', ...folder)).document).toEqual({ datasets: [] })
    expect((await json('ledger', 'show', 'other-set', ...folder)).document).toMatchObject({ budget: 3, spent: 0 })
    const again = (...words: string[]) =>
      json('data', 'import', at('other.npz'), '--name', 'Other set', '--public', ...words, ...folder)
    for (const term of [
      ['--relation', 'replace-one'],
      ['--budget', '5'],
      ['--delta', '0.01'],
      ['--unit', 'one writer'],
    ])
      expect(await again(...term)).toEqual({ code: 1, document: errorOf('dataset-exists') })
    expect((await again()).document).toMatchObject({ dataset: { budget: 3, splits: dataset.splits } })
  })

  test('an import stopped by SIGINT leaves nothing', async () => {
    await writeDigits(at('large.npz'), 30_000)
    const importing = start(['data', 'import', at('large.npz'), '--name', 'Large', '--json', '--project', at('third')])
    await says(importing, 'Importing')
    importing.process.kill('SIGINT')
    const { code, stdout } = await importing.ended
    expect({ code, document: JSON.parse(stdout) as unknown }).toEqual({ code: 1, document: errorOf('cancelled') })
    expect(await fs.readdir(at('third', 'data'))).toEqual([])
    expect(await fs.readdir(at('third', 'ledger')).catch(() => [])).toEqual([])
  })
})

test('an import killed leaves nothing that shows, and the next one sweeps up', async () => {
  const folder = at('fourth')
  await writeDigits(at('large.npz'), 30_000)
  const importing = start(['data', 'import', at('large.npz'), '--name', 'Large', '--project', folder])
  await says(importing, 'Importing')
  importing.process.kill('SIGKILL')
  await importing.ended
  const left = (await fs.readdir(path.join(folder, 'data'))).find((name) => name.endsWith('.tmp'))!
  await fs.writeFile(path.join(folder, 'data', left, 'manifest.json'), '{}') // as if killed just before it appeared
  expect((await json('data', 'list', '--project', folder)).document).toEqual({ datasets: [] })
  expect((await json('data', 'import', at('large.npz'), '--name', 'Large', '--project', folder)).code).toBe(0)
  expect(await fs.readdir(path.join(folder, 'data'))).toEqual(['large'])
})

/** All images of a file or folder as one array, its hash with the labels, and each image with its label in sorted order. */
async function picturesOf(file: string) {
  const set = await openImageSet(file)
  const chunks: Uint8Array[] = []
  const each: string[] = []
  for (const split of set.splits)
    for await (const { images, labels } of split.read()) {
      chunks.push(images)
      const size = images.length / labels.length
      labels.forEach((label, index) =>
        each.push(
          `${createHash('sha256')
            .update(images.subarray(index * size, (index + 1) * size))
            .digest('hex')} ${label}`,
        ),
      )
    }
  await set.close()
  return {
    bytes: Buffer.concat(chunks),
    hash: createHash('sha256').update(each.join()).digest('hex'),
    sorted: each.sort(),
  }
}

describe('privacy', () => {
  const ask = async (command: string, input: unknown) => {
    await fs.writeFile(at('input.json'), typeof input === 'string' ? input : JSON.stringify(input))
    return json('privacy', command, '--input', at('input.json'))
  }

  test('epsilon: each accountant that applies, numbers as numbers, infinity as a word', async () => {
    const settings = [
      { delta: 1e-5, stages: [{ sigma: 1.1, rate: 0.01, steps: 1000 }] },
      { delta: 1e-5, stages: [{ sigma: 0, rate: 1, steps: 1 }] },
    ]
    const { code, document } = await ask('epsilon', { accountants: ['rdp', 'pld', 'gaussian'], settings })
    expect(code).toBe(0)
    const [sampled, bare] = document['results'] as Record<string, Record<string, unknown>>[]
    expect(keys(sampled)).toEqual(['rdp', 'pld'])
    expect(sampled).toEqual({
      rdp: { epsilon: expect.closeTo(1.7118, 3), order: expect.any(Number) },
      pld: { epsilon: expect.any(Number) },
    })
    expect(bare).toMatchObject({ rdp: { epsilon: 'inf' }, pld: { epsilon: 'inf' }, gaussian: { epsilon: 'inf' } })
    const piped = start(['privacy', 'epsilon', '--input', '-', '--json'], JSON.stringify({ settings }))
    expect(JSON.parse((await piped.ended).stdout)).toEqual(document)
  })

  test('noise: a sigma, or why there is none', async () => {
    const { document } = await ask('noise', {
      settings: [
        { epsilon: 1, delta: 1e-5, rate: 1, steps: 1 },
        { epsilon: 1, delta: 1e-5, rate: 1, steps: 1, stages: [{ sigma: 0.5, rate: 1, steps: 1 }] },
      ],
    })
    const none = {
      sigma: null,
      error: { code: 'privacy-unreachable', message: expect.any(String), floor: expect.any(Number) },
    }
    expect(document).toEqual({
      results: [
        {
          rdp: { sigma: expect.any(Number), epsilon: expect.any(Number) },
          pld: { sigma: expect.any(Number), epsilon: expect.any(Number) },
          gaussian: { sigma: expect.closeTo(3.7306, 3) }, // Balle and Wang's algorithm for epsilon 1, delta 1e-5
        },
        { rdp: none, pld: none, gaussian: none },
      ],
    })
  })

  test('unfit input names the field', async () => {
    expect(await ask('epsilon', '{')).toEqual({ code: 1, document: errorOf('file-malformed') })
    const { code, document } = await ask('epsilon', { settings: [{ delta: 2, stages: [] }] })
    expect({ code, document }).toEqual({ code: 1, document: errorOf('config-invalid') })
    expect(JSON.stringify(document)).toContain('settings.0.delta')
  })
})

describe('images', () => {
  test('methods describe themselves', async () => {
    const [method] = (await json('images', 'methods')).document['methods'] as Record<string, unknown>[]
    const named = [
      'id',
      'title',
      'paper',
      'architecture',
      'pretraining',
      'mechanism',
      'noisedQuantity',
      'adjacency',
      'accountant',
      'presets',
      'configSchema',
    ]
    expect(keys(method)).toEqual(expect.arrayContaining(named))
  })

  test('what cannot be run is refused by name, and nothing is charged', async () => {
    const refused: [string, string, string[]][] = [
      ['config-invalid', 'bogus', ['--set', 'bogus=1']],
      ['config-invalid', 'steps', ['--set', 'steps=many']],
      ['config-invalid', 'images', ['--set', 'images=1']],
      ['config-invalid', 'epsilon', ['--epsilon', '0']],
      ['config-invalid', 'delta', ['--delta', '1']],
      ['method-missing', 'dreams', ['--method', 'dreams']],
      ['dataset-missing', 'nowhere', ['--data', 'nowhere']],
      ['budget-exceeded', '20', ['--epsilon', '50']],
    ]
    const ask = async ([error, named, words]: (typeof refused)[number]) => {
      const { code, document } = await json(...synthesize, ...words)
      expect({ words, code, document }).toEqual({ words, code: 1, document: errorOf(error) })
      expect((document['error'] as { message: string }).message).toContain(named)
    }
    await Promise.all(refused.map(ask))
    expect(await json(...synthesize, '--seed', '0.5')).toMatchObject({ code: 2, document: errorOf('usage') })
    expect((await json('ledger', 'show', 'digits')).document).toMatchObject({
      entries: [{ kind: 'open' }],
      spent: 0,
      remaining: 20,
    })
    expect((await json('runs', 'list')).document).toEqual({ runs: [] })
  })

  test('a plan costs nothing', async () => {
    const { code, document } = await json(...synthesize, '--plan-only')
    expect(code).toBe(0)
    expect(document).toMatchObject({ plan: { privacy: { epsilon: 2, spentBefore: 0, spentAfter: 2, budget: 20 } } })
    expect((await json('runs', 'list')).document).toEqual({ runs: [] })
  })

  test('scores of feature files', async () => {
    const matrix = async (name: string, rows: number, shift: number): Promise<string> => {
      const data = Float32Array.from({ length: rows * 4 }, (_, index) => Math.sin(7.3 * index) + shift)
      await fs.writeFile(at(name), encodeNpy({ dtype: 'float32', shape: [rows, 4], data }))
      return at(name)
    }
    const [real, fake] = [await matrix('real.npy', 50, 0), await matrix('fake.npy', 40, 0)]
    const same = await json('images', 'score', '--real-features', real, '--fake-features', real)
    expect(same).toEqual({
      code: 0,
      document: { frechet: expect.closeTo(0, 6), precision: 1, recall: 1, kid: expect.any(Number) },
    })
    const { document } = await json(
      'images',
      'score',
      '--real-features',
      real,
      '--fake-features',
      await matrix('far.npy', 40, 100),
      '--neighbours',
      '2',
    )
    expect(document).toMatchObject({ frechet: expect.closeTo(40_000, -3), precision: 0, recall: 0 })
    expect(
      (await json('images', 'score', '--real-features', real, '--fake-features', fake)).document['frechet'],
    ).toBeLessThan(1)
    for (const words of [
      ['--neighbours', '0'],
      ['--neighbours', '1.5'],
      ['--neighbours', '99'],
    ])
      expect(
        (await json('images', 'score', '--real-features', real, '--fake-features', fake, ...words)).code,
      ).toBeGreaterThan(0)
    expect(await json('images', 'score', '--real-features', real, '--fake-features', at('nowhere.npy'))).toEqual({
      code: 1,
      document: errorOf('file-missing'),
    })
    // Four certain and different answers: exp(ln 4) by the formula.
    await fs.writeFile(
      at('p.npy'),
      encodeNpy({
        dtype: 'float64',
        shape: [4, 4],
        data: Float64Array.from({ length: 16 }, (_, index) => Number(index % 5 === 0)),
      }),
    )
    expect((await json('images', 'score', '--probabilities', at('p.npy'))).document).toEqual({
      inceptionScore: expect.closeTo(4, 6),
    })
  })
})

describe('a run', () => {
  let first = ''
  let second = ''

  test('makes images, a report and charges; standard output holds the document alone', async () => {
    const { code, document } = await json(...synthesize)
    expect(code).toBe(0)
    expect(keys(document)).toEqual(expect.arrayContaining(['run', 'plan', 'outcome']))
    first = document['run'] as string
    expect((await json('runs', 'show', first)).document).toMatchObject({
      run: { id: first, state: 'succeeded', outcome: document['outcome'] },
      plan: document['plan'],
    })
    expect((await json('images', 'score', '--run', first)).document).toEqual({ metrics: document['outcome'] })
    const { document: report } = await json('runs', 'report', first)
    expect(await fs.readFile(report['report'] as string, 'utf8')).toContain('ε = 2')
    const { document: ledger } = await json('ledger', 'show', 'digits')
    expect(ledger).toMatchObject({
      entries: [{ kind: 'open' }, { kind: 'charge', run: first }],
      spent: expect.closeTo(2, 3),
      remaining: expect.closeTo(18, 3),
    })
    expect(await json('runs', 'resume', first)).toEqual({ code: 1, document: errorOf('run-state') })
    expect(await json('runs', 'show', 'nowhere')).toEqual({ code: 1, document: errorOf('run-missing') })
  })

  const long = [...synthesizeWords, '--no-score', '--seed', '2', '--set', 'steps=100000', '--json']

  test('SIGINT leaves a run to be resumed; cancel comes from another process', async () => {
    const running = start(long)
    await says(running, 'Training the generator')
    running.process.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect({ code, document: JSON.parse(stdout) as unknown }).toEqual({ code: 1, document: errorOf('cancelled') })
    const { runs } = (await json('runs', 'list')).document as { runs: { id: string; state: string }[] }
    expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'interrupted'])
    second = runs[1]!.id
    expect(stdout).toContain(`lethe runs resume ${second}`)
    for (const words of [
      ['runs', 'resume', second],
      ['images', 'synthesize', '--resume', second],
    ]) {
      const resumed = start([...words, '--json'])
      await says(resumed, 'Training the generator')
      expect(await json('runs', 'cancel', second)).toEqual({ code: 0, document: { run: second } })
      const { code, stdout } = await resumed.ended
      expect({ code, document: JSON.parse(stdout) as unknown }).toEqual({ code: 1, document: errorOf('cancelled') })
      expect((await json('runs', 'show', second)).document).toMatchObject({ run: { state: 'cancelled' } })
    }
    expect((await json('ledger', 'verify', 'digits')).document).toMatchObject({ ok: true, firstBad: null })
    const { entries } = (await json('ledger', 'show', 'digits')).document as { entries: { run?: string }[] }
    expect(entries.filter(({ run }) => run === second)).toHaveLength(1)
  })

  test('runs side by side, and the same as CSV', async () => {
    const { code, document } = await json('runs', 'compare', first, second, '--csv', at('table.csv'))
    expect(code).toBe(0)
    const rows = document['rows'] as { kind: string; name: string; values: unknown[] }[]
    expect(rows.find(({ name }) => name === 'parameters.steps')!.values).toEqual([60, 100_000])
    // The second may have been stopped before it had a loss to tell.
    const loss = rows.find(({ name }) => name === 'loss')!
    expect(loss).toMatchObject({ kind: 'metric', values: [expect.any(Number), loss.values[1]] })
    expect(loss.values).toHaveLength(2)
    const lines = (await fs.readFile(at('table.csv'), 'utf8')).trimEnd().split('\r\n')
    expect(lines[0]).toBe(`kind,name,${first},${second}`)
    expect(lines).toHaveLength(rows.length + 1)
    expect(lines).toContain('setting,parameters.steps,60,100000')
  })

  test('a ledger that was changed, cut or emptied is found out and refuses runs', async () => {
    const file = path.join(project, 'ledger', 'digits.ndjson')
    const whole = await fs.readFile(file, 'utf8')
    const lines = whole.trimEnd().split('\n')
    const damaged = {
      changed: whole.replace('"budget":20', '"budget":90'),
      cut: lines.slice(0, -1).join('\n') + '\n',
      emptied: '',
    }
    for (const text of Object.values(damaged)) {
      await fs.writeFile(file, text)
      const { code, document } = await json('ledger', 'verify', 'digits')
      expect(code).toBe(1)
      expect(document).toMatchObject({ ok: false, firstBad: expect.any(Number) })
      expect((await json(...synthesize, '--plan-only')).document).toEqual(errorOf('ledger-corrupt'))
    }
    await fs.writeFile(file, whole)
    expect((await json('ledger', 'verify', 'digits')).code).toBe(0)
  })
})
