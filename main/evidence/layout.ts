/** What is where in a bundle, and how its files are written. */
import { createHash } from 'node:crypto'
import type { Manifest } from '../contract/evidence.ts'
import type { PrivacyMode } from '../contract/privacy.ts'

export const manifestName = 'manifest.json'
export const readmeName = 'README.txt'
export const reviewName = 'review.ndjson'

/** Synthetic results that may go along where a person asks for them. Real images never do. */
export const sampleNames = ['samples-final.png', 'synthetic.npz'] as const

/** The files every run has in a bundle, below `runs/ID/`. */
export const filesOf = (mode: PrivacyMode): readonly string[] => [
  ...['config.json', 'environment.json', 'events.ndjson', 'ledger.json'],
  ...(mode === 'research' ? ['metrics.ndjson'] : []),
  ...['plan.json', 'report.html', 'report.json'],
]

export const runPath = (run: string, name: string): string => `runs/${run}/${name}`

/** Where the review of a bundle is kept when nobody says otherwise. */
export const reviewBeside = (bundle: string): string => `${bundle.replace(/\.zip$/i, '')}.review.ndjson`

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, null, 2) + '\n')
export const lineBytes = (lines: readonly unknown[]): Uint8Array =>
  Buffer.from(lines.map((line) => JSON.stringify(line) + '\n').join(''))

/** The manifest with its id, which is the hash of all the rest. */
export function sealed(content: Omit<Manifest, 'id'>): Manifest {
  return { ...content, id: sha256(JSON.stringify(content)) }
}

export function idOf({ id: _id, ...content }: Manifest): string {
  return sha256(JSON.stringify(content))
}

/** In plain words, for whoever opens the zip without Lethe. */
export function readme({
  version,
  mode,
  samples,
  runs,
}: Pick<Manifest, 'version' | 'mode' | 'samples' | 'runs'>): string {
  const release = mode === 'release'
  const removed = [...new Set(runs.flatMap(({ data, dataRemoved }) => (dataRemoved ? [data] : [])))]
  return `Evidence of ${runs.length === 1 ? 'a run' : `${runs.length} runs`} of Lethe ${version}

${runs.map(({ id, title }) => `${title}\n  runs/${id}`).join('\n')}

report.html opens in any browser and says what was done and what it cost in privacy. The other files hold the same as data:

  report.json       everything the report says
  config.json       what was asked for
  plan.json         what was going to happen and what it would cost, fixed before anything was read
  environment.json  the machine and the versions
  events.ndjson     what the run said: its states, its charges, the hashes of the files it made
${release ? '' : '  metrics.ndjson    its figures, step by step; "private": false marks those computed without noise\n'}  ledger.json       what the data set was asked, in order: ${release ? 'charges and budgets, without hashes' : 'the lines of the privacy ledger, chained by hash'}
  review.ndjson     where there is one: what reviewers said, chained by hash

The data itself is not here. ${removed.length > 0 ? `Of ${removed.join(', ')} it was no longer in the project either when this was\nwritten; what the report says of it was kept. ` : ''}${samples ? 'The synthetic images are here because somebody chose to add them.' : 'The synthetic images are not here either.'}

${
  release
    ? 'These runs were made in release mode. Nothing here was computed from the data without noise, and no hash of the data or of the\nledger is here, since that would confirm a guess about the data. The chain of the ledger stays with its keeper, who can\ncheck it with: lethe ledger verify DATA'
    : 'These runs were made in research mode: their noise comes from a known seed, and some figures were computed without noise. They are\nfor people who may see the data. Do not release them.'
}

To check it:

  lethe bundle verify FILE

That finds any change since the bundle was written, computes epsilon again and holds the files against each other. It cannot tell who
wrote the bundle: for that, compare the id at the end of manifest.json with the one its author names by another way.
`
}
