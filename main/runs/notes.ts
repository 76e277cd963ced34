/** What a person wrote about a run: tags and a note, in `notes.json` of its folder. */
import type { RunNotes } from '../contract/run.ts'
import { writeJson } from '../files/atomic.ts'
import type { RunPaths } from './folder.ts'

/** Tags are kept once each, in the order given. Errors: those of the disk. */
export function writeNotes(paths: RunPaths, { tags, note }: Pick<RunNotes, 'tags' | 'note'>): Promise<void> {
  return writeJson(paths.notes, { schema: 'lethe.notes/1', tags: [...new Set(tags)], note } satisfies RunNotes)
}
