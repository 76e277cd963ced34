/** Tags and a note of one's own; kept in the run's folder. */
import { useState } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { ask } from '../app/bridge.ts'
import { TextArea, TextField } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import { tellFailure } from './run-actions.ts'

const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
]

function troubleOf(tags: readonly string[]): string | null {
  if (tags.length > 20) return 'At most 20 tags'
  return tags.some((tag) => tag.length > 40) ? 'A tag has at most 40 letters' : null
}

export function RunNotes({ run }: { readonly run: RunSummary }) {
  const [tags, setTags] = useState(run.tags.join(', '))
  const [note, setNote] = useState(run.note)
  const wanted = tagsOf(tags)
  const trouble = troubleOf(wanted)
  const keep = (kept: readonly string[], words: string) =>
    ask('runs.annotate', { run: run.id, tags: [...kept], note: words.slice(0, 4000) }, tellFailure)
  const save = () => {
    if (trouble || (wanted.join() === run.tags.join() && note === run.note)) return
    void keep(wanted, note)
    const gone = run.tags.filter((tag) => !wanted.includes(tag))
    if (gone.length > 0)
      notify({
        message: `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} no longer a tag of ${run.title}.`,
        undo: { label: 'Undo', run: () => void keep(run.tags, note).then(() => setTags(run.tags.join(', '))) },
      })
  }
  return (
    <section className="run-notes" aria-label="Notes" onBlur={save}>
      <TextField
        label="Tags"
        placeholder="baseline, keep"
        value={tags}
        onChange={setTags}
        onEnter={save}
        error={trouble}
        hint="Separated by commas; the list can be filtered by them"
      />
      <TextArea label="Note" rows={2} value={note} onChange={setNote} />
    </section>
  )
}
