import path from 'node:path'
import type { Verification } from '../contract/evidence.ts'
import { verifyBundle } from '../evidence/verify.ts'
import { table } from './bar.ts'
import type { Command } from './command.ts'

const exportCommand: Command = {
  name: 'bundle export',
  summary: 'Write the evidence of runs as one file that can be checked anywhere',
  positionals: 'RUN …',
  options: {
    out: { type: 'string', help: 'the file to write, a zip' },
    'with-samples': { type: 'boolean', help: 'add the synthetic images; real images never go along' },
  },
  example: 'bundle export 20260101-120000-images-synthesize-a1b2c3 --out evidence.zip',
  async run({ words, lab, say, signal }) {
    const out = path.resolve(words.required('out'))
    const onProgress = (done: number, total: number) => say(`${done} of ${total} runs`)
    const opened = await lab()
    const made = await opened.exportEvidence(words.positionals, out, {
      samples: words.flag('with-samples'),
      signal,
      onProgress,
    })
    return {
      document: { path: out, runs: [...new Set(words.positionals)], ...made },
      text: `${out}: ${made.files} files, ${made.bytes} bytes\nid ${made.id}`,
    }
  },
}

const marks = { holds: 'holds', fails: 'FAILS', open: 'open ' } as const

function textOf({ ok, id, problems, checks }: Verification): string {
  const rows = checks.map(({ result, what, note }) => [marks[result], what, note])
  return [
    table(rows),
    ...problems.map(({ file, expected, found }) => `${file}: expected ${expected}; found ${found}`),
    ok ? `The bundle holds. Its id is ${id}.` : 'The bundle does not hold. Do not rely on it; ask for it again.',
  ].join('\n')
}

const verify: Command = {
  name: 'bundle verify',
  summary: 'Check a bundle: every file, the chains, epsilon computed again; needs no project',
  positionals: 'FILE',
  options: {
    review: { type: 'string', help: 'the review of it (default: FILE with .review.ndjson for .zip, if there)' },
  },
  example: 'bundle verify evidence.zip',
  async run({ words }) {
    const verification = await verifyBundle(path.resolve(words.first), words.text('review'))
    return { document: verification, text: textOf(verification), ok: verification.ok }
  },
}

export const bundleCommands: readonly Command[] = [exportCommand, verify]
