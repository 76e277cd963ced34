import { promises as fs } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openArchive } from '../data/formats/archive.ts'
import { quickSynthesis, smallProject, type SmallProject } from '../testing/small-project.ts'
import { jsonBytes, sealed, sha256 } from './layout.ts'
import { fromBytes, pack, writePacked } from './pack.ts'
import { readBundle, verifyBundle } from './verify.ts'

/** A document of the bundle, to be changed anywhere. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- forgers respect no types
type Document = any

let small: SmallProject
let research = ''
let release = ''
const at = (name: string): string => path.join(path.dirname(small.folder), name)

async function make(mode: 'research' | 'release'): Promise<string> {
  const { run } = await small.lab.createSynthesis({ ...quickSynthesis, mode, epsilon: 1 })
  for await (const _event of small.lab.execute(run));
  return run
}

beforeAll(async () => {
  small = await smallProject()
  research = await make('research')
  release = await make('release')
  await small.lab.exportEvidence([research], at('research.zip'), { samples: false })
  await small.lab.exportEvidence([release], at('release.zip'), { samples: false })
}, 120_000)
afterAll(() => small.remove())

/** The contents of a bundle, to be changed and packed again as a forger would. */
async function contentsOf(file: string): Promise<Map<string, Buffer>> {
  const archive = await openArchive(file, { entries: 4000, ratio: 1032 })
  const contents = new Map<string, Buffer>()
  for (const entry of archive.entries) contents.set(entry.path, Buffer.from(await archive.bytes(entry)))
  await archive.close()
  return contents
}

/** Packs contents with a manifest that is right for them: all that is left to find is what they say. */
async function forge(file: string, contents: Map<string, Buffer>): Promise<string> {
  const manifest = JSON.parse(contents.get('manifest.json')!.toString()) as Parameters<typeof sealed>[0]
  const names = [...contents.keys()].filter((name) => name !== 'manifest.json').sort()
  const files = names.map((name) => ({
    path: name,
    bytes: contents.get(name)!.length,
    sha256: sha256(contents.get(name)!),
  }))
  const { schema, version, created, mode, samples, runs } = manifest
  contents.set(
    'manifest.json',
    Buffer.from(jsonBytes(sealed({ schema, version, created, mode, samples, runs, files }))),
  )
  await writePacked(
    file,
    ['manifest.json', ...names].map((name) => fromBytes(name, contents.get(name)!)),
  )
  return file
}

type Change = (files: {
  text: (name: string, change: (text: string) => string) => void
  contents: Map<string, Buffer>
}) => void
async function forged(mode: 'research' | 'release', change: Change): Promise<string[]> {
  const contents = await contentsOf(at(`${mode}.zip`))
  const run = mode === 'research' ? research : release
  const text = (name: string, edit: (text: string) => string): void => {
    const before = contents.get(`runs/${run}/${name}`)!.toString()
    const after = edit(before)
    expect(after, `the change of ${name}`).not.toBe(before)
    contents.set(`runs/${run}/${name}`, Buffer.from(after))
  }
  change({ text, contents })
  const { ok, problems } = await verifyBundle(await forge(at('forged.zip'), contents))
  expect(ok).toBe(problems.length === 0)
  return problems.map(({ file, expected, found }) => `${file}: ${expected} / ${found}`)
}

describe('a bundle', () => {
  test.each(['research', 'release'] as const)('of %s mode holds, and says what it cannot show', async (mode) => {
    const { ok, problems, checks, runs } = await verifyBundle(at(`${mode}.zip`))
    expect(problems).toEqual([])
    expect(ok).toBe(true)
    expect(runs).toEqual([mode === 'research' ? research : release])
    expect(checks.filter(({ result }) => result === 'open').map(({ what }) => what)).toEqual(
      mode === 'research' ? [] : ['The lines of the ledger follow one another'],
    )
  })

  test('is the same bytes each time, whatever the zone of the clock', async () => {
    await small.lab.exportEvidence([research], at('again.zip'), { samples: false })
    expect(await fs.readFile(at('again.zip'))).toEqual(await fs.readFile(at('research.zip')))
    const pieces: Buffer[] = []
    for await (const piece of pack([fromBytes('a/b.txt', Buffer.from('evidence'))])) pieces.push(piece as Buffer)
    // Pinned: verification packs again and compares, so another form would refuse every bundle there is.
    expect(sha256(Buffer.concat(pieces))).toBe('8c7b72f1afe39f93f4d6aed161a234e3d0adb4590ae1d3bd6003afe7d159d3a0')
  })

  test('holds samples only where they were asked for', async () => {
    await small.lab.exportEvidence([research], at('samples.zip'), { samples: true })
    expect(await verifyBundle(at('samples.zip'))).toMatchObject({ ok: true, problems: [] })
    const [without, with_] = [await contentsOf(at('research.zip')), await contentsOf(at('samples.zip'))]
    expect([...with_.keys()].filter((name) => !without.has(name)).map((name) => path.basename(name))).toEqual([
      'samples-final.png',
      'synthetic.npz',
    ])
    for (const [name, bytes] of without) expect(bytes.includes('data:image/png'), name).toBe(false)
  })

  test('of release mode holds nothing that would confirm a guess about the data', async () => {
    const dataset = await small.lab.showData('digits')
    const { entries } = await small.lab.ledger('digits')
    const secrets = [
      dataset.contentHash,
      ...Object.values(dataset.splits).flatMap((split) => [split.imagesSha256, split.labelsSha256]),
      ...entries.map(({ hash }) => hash.slice(0, 12)),
    ]
    const bytes = await fs.readFile(at('release.zip'))
    for (const secret of secrets) expect(bytes.includes(secret)).toBe(false)
    expect(bytes.includes('classCounts')).toBe(false)
    await expect(
      small.lab.exportEvidence([research, release], at('both.zip'), { samples: false }),
    ).rejects.toMatchObject({
      code: 'usage',
    })
  })
})

describe('damage', () => {
  let whole: Buffer
  const check = async (bytes: Uint8Array): Promise<void> => {
    await fs.writeFile(at('damaged.zip'), bytes)
    const { ok, problems } = await verifyBundle(at('damaged.zip'))
    expect(ok).toBe(false)
    expect(problems.length).toBeGreaterThan(0)
    for (const { file, expected, found } of problems)
      for (const text of [file, expected, found]) expect(text.length).toBeLessThan(400)
  }
  beforeAll(async () => {
    whole = await fs.readFile(at('research.zip'))
  })

  test('any byte of the file, changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const bytes = Buffer.from(whole)
        bytes[place]! ^= change
        await check(bytes)
      }),
      { numRuns: 150 },
    )
  }, 120_000)

  test('cut anywhere, or longer than it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => check(whole.subarray(0, length))),
      { numRuns: 60 },
    )
    await check(Buffer.concat([whole, Buffer.from([0])]))
    await check(Buffer.concat([Buffer.from([0]), whole]))
  }, 120_000)

  test('two entries swapped, one added, one left out, one named twice', async () => {
    const contents = await contentsOf(at('research.zip'))
    const names = [...contents.keys()]
    const packed = (order: readonly string[], of = contents): Promise<number> =>
      writePacked(
        at('swapped.zip'),
        order.map((name) => fromBytes(name, of.get(name)!)),
      )
    const refused = async (): Promise<void> => check(await fs.readFile(at('swapped.zip')))
    await fc.assert(
      fc.asyncProperty(fc.nat(names.length - 1), fc.nat(names.length - 1), async (a, b) => {
        fc.pre(a !== b)
        const swapped = new Map(contents)
        swapped.set(names[a]!, contents.get(names[b]!)!).set(names[b]!, contents.get(names[a]!)!)
        await packed(names, swapped) // their contents
        await refused()
        const order = [...names]
        ;[order[a], order[b]] = [order[b]!, order[a]!]
        await packed(order) // their places
        await refused()
      }),
      { numRuns: 15 },
    )
    for (const extra of ['stowaway.txt', `runs/${research}/secret.npz`, 'aaa', '../outside', 'runs/../../x']) {
      const more = new Map(contents).set(extra, Buffer.from('x'))
      await packed([...names, extra], more).catch(() => undefined) // the writer itself refuses some names
      await refused()
    }
    for (const name of names) {
      await packed(names.filter((other) => other !== name))
      await refused()
    }
  }, 180_000)

  test('any file that is not a bundle', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 50 })
    await writePacked(at('other.zip'), [fromBytes('manifest.json', Buffer.from('{"schema":"lethe.bundle/1"}'))])
    await check(await fs.readFile(at('other.zip')))
    await expect(verifyBundle(at('nowhere.zip'))).rejects.toMatchObject({ code: 'file-missing' })
    await expect(verifyBundle(small.folder)).rejects.toMatchObject({ code: 'file-unreadable' })
  }, 60_000)
})

describe('a forged bundle, whose hashes are right', () => {
  test('unchanged, it holds: the forger of these tests changes nothing else', async () => {
    expect(await forged('research', () => undefined)).toEqual([])
    expect(await forged('release', () => undefined)).toEqual([])
  })

  const json = (edit: (value: Document) => void) => (text: string) => {
    const value = JSON.parse(text)
    edit(value)
    return Buffer.from(jsonBytes(value)).toString()
  }
  const cases: readonly [string, 'research' | 'release', string, Change][] = [
    [
      'less epsilon than was spent, everywhere it stands',
      'research',
      'plan.json: epsilon',
      ({ text }) => {
        text(
          'plan.json',
          json((plan) => (plan.privacy.epsilon = 0.5)),
        )
        text(
          'report.json',
          json((report) => (report.plan.privacy.epsilon = report.privacy.epsilon = 0.5)),
        )
      },
    ],
    [
      'a smaller figure of one accountant',
      'release',
      'plan.json: epsilon of the train account by rdp',
      ({ text }) => {
        text(
          'plan.json',
          json((plan) => (plan.privacy.accounts.train.rdp *= 0.9)),
        )
        text(
          'report.json',
          json((report) => (report.plan.privacy.accounts.train.rdp *= 0.9)),
        )
        text(
          'report.json',
          json((report) => (report.privacy.accounts.train.rdp *= 0.9)),
        )
      },
    ],
    [
      'another configuration',
      'research',
      'config as in config.json',
      ({ text }) =>
        text(
          'config.json',
          json((config) => (config.seed = 7)),
        ),
    ],
    [
      'another environment',
      'research',
      'environment as in',
      ({ text }) =>
        text(
          'environment.json',
          json((value) => (value.cores = 999)),
        ),
    ],
    [
      'another page',
      'research',
      'report.html: the page',
      ({ text }) => text('report.html', (html) => html.replace('ε = 1', 'ε = 0.1')),
    ],
    [
      'a line of the ledger changed',
      'research',
      'with hash',
      ({ text }) =>
        text(
          'ledger.json',
          json((extract) => (extract.entries[1].sensitivity = 0.5)),
        ),
    ],
    [
      'a line of the ledger left out',
      'research',
      'to follow',
      ({ text }) =>
        text(
          'ledger.json',
          json((extract) => extract.entries.splice(1, 1)),
        ),
    ],
    [
      'a charge left out where there is no chain',
      'release',
      'a charge for the release of',
      ({ text }) =>
        text(
          'ledger.json',
          json((extract) => (extract.entries = extract.entries.filter((entry: Document) => entry.run !== release))),
        ),
    ],
    [
      'a charge that says less than was done',
      'release',
      'as planned',
      ({ text }) =>
        text(
          'ledger.json',
          json(
            (extract) => (extract.entries.find((entry: Document) => entry.run === release).event.noiseMultiplier = 50),
          ),
        ),
    ],
    [
      'less spent in all',
      'release',
      'spent:',
      ({ text }) =>
        text(
          'report.json',
          json((report) => (report.ledger.summary.spent = 0.2)),
        ),
    ],
    [
      'a hash of the data',
      'release',
      'no hash',
      ({ text }) =>
        text(
          'environment.json',
          json((value) => (value.note = 'ab'.repeat(32))),
        ),
    ],
    [
      'a hash of the ledger',
      'release',
      'ledgerHash',
      ({ text }) => text('events.ndjson', (lines) => lines.replace('"ledgerSeq"', '"ledgerHash":"0","ledgerSeq"')),
    ],
    [
      'counts by class',
      'release',
      'classCounts',
      ({ text }) =>
        text(
          'report.json',
          json((report) => (report.dataset.splits.train.classCounts = [1])),
        ),
    ],
    [
      'a figure without noise',
      'release',
      'bestOnTest',
      ({ text }) =>
        text(
          'report.json',
          json((report) => (report.outcome.bestOnTest = 0.9)),
        ),
    ],
    [
      'figures step by step',
      'release',
      'only files of a bundle',
      ({ contents }) => contents.set(`runs/${release}/metrics.ndjson`, Buffer.from('')),
    ],
    [
      'a real picture',
      'research',
      'only files of a bundle',
      ({ contents }) => contents.set(`runs/${research}/real.png`, Buffer.from('')),
    ],
    [
      'samples nobody chose',
      'research',
      'only files of a bundle',
      ({ contents }) => contents.set(`runs/${research}/samples-final.png`, Buffer.from('')),
    ],
    [
      'a plan that would keep the accountants busy for ever',
      'research',
      'such a composition is not computed',
      ({ text }) => {
        const busy = (plan: Document) => {
          for (const stage of plan.privacy.stages)
            if (stage.event.kind === 'gaussian')
              Object.assign(stage.event, { rate: 0.5, steps: 1e15, noiseMultiplier: 1e-9 })
        }
        text('plan.json', json(busy))
        text(
          'report.json',
          json((report) => [report, report.plan].forEach(busy)),
        )
      },
    ],
    ['text that is no JSON', 'research', 'it cannot be read', ({ text }) => text('plan.json', () => '{')],
    [
      'fields that are not those of a plan',
      'research',
      'the fields of its kind',
      ({ text }) => text('plan.json', () => '{}\n'),
    ],
  ]
  test.each(cases)('%s', async (_name, mode, expected, change) => {
    const problems = await forged(mode, change)
    expect(problems.join('\n')).toContain(expected)
  })

  test('any value of any document replaced by any other: never accepted where it matters, never a crash', async () => {
    const contents = await contentsOf(at('research.zip'))
    const name = (file: string): string => `runs/${research}/${file}`
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('report.json', 'plan.json', 'config.json', 'ledger.json', 'environment.json'),
        fc.nat(),
        fc.jsonValue({ maxDepth: 2 }),
        async (file, seed, value) => {
          const document = JSON.parse(contents.get(name(file))!.toString())
          let [holder, key]: [Document, string | number] = [
            document,
            Object.keys(document)[seed % Object.keys(document).length]!,
          ]
          for (
            let depth = seed;
            typeof holder[key] === 'object' && holder[key] !== null && depth % 4 > 0;
            depth = depth >> 2
          ) {
            const keys: string[] = Object.keys(holder[key])
            if (keys.length === 0) break
            ;[holder, key] = [holder[key], keys[depth % keys.length]!]
          }
          fc.pre(JSON.stringify(holder[key]) !== JSON.stringify(value))
          holder[key] = value
          const changed = new Map(contents).set(name(file), Buffer.from(jsonBytes(document)))
          const { ok } = await readBundle(await forge(at('fuzzed.zip'), changed)).then(
            ({ verification }) => verification,
          )
          expect(ok).toBe(false)
        },
      ),
      { numRuns: 80 },
    )
  }, 180_000)
})
