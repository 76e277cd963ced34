/** One field that finds everything: what can be done, and where things are. */
import { Command } from 'cmdk'
import { useEffect, useMemo, useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import { rememberCommand } from './commands.ts'
import { lookUp, paletteGroups, type Entry } from './palette-entries.ts'
import './palette.css'

/** Every word must be in it; the earlier the better, in the title best. */
export function rank(value: string, search: string): number {
  const text = value.toLowerCase()
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const places = words.map((word) => text.indexOf(word))
  if (places.some((place) => place < 0)) return 0
  const starts = words.filter((word) => text.startsWith(word) || text.includes(` ${word}`)).length
  return (1 + starts) / (1 + words.length) / (1 + Math.min(...places, 99) / 100)
}

function Line({ entry, close }: { readonly entry: Entry; readonly close: () => void }) {
  const { id, title, note, keys, blocked, choose } = entry
  const select = () => {
    rememberCommand(id)
    close()
    // After the dialog has given the focus back, so that what is opened may take it.
    requestAnimationFrame(choose)
  }
  return (
    <Command.Item
      className="palette-line"
      value={id}
      keywords={[title, note ?? '']}
      disabled={blocked !== undefined}
      onSelect={select}
    >
      <span className="palette-title">{title}</span>
      <span className="palette-note">{blocked ?? note}</span>
      {keys && <Keys keys={keys} />}
    </Command.Item>
  )
}

function Found({ close }: { readonly close: () => void }) {
  const [question, setQuestion] = useState('')
  const typing = question.trim() !== ''
  const [now, setNow] = useState(() => new Date())
  useEffect(() => void lookUp().then(() => setNow(new Date())), [])
  const groups = useMemo(() => paletteGroups(typing, now), [typing, now])
  return (
    <Command
      className="palette"
      label="Find anything"
      loop
      filter={(_id, search, words = []) => rank(words.join(' '), search)}
    >
      <Command.Input
        className="palette-field"
        placeholder="A command, a run, a data set, a help page"
        value={question}
        onValueChange={setQuestion}
      />
      <Command.List className="palette-list" label="Found">
        <Command.Empty className="palette-empty">Nothing is called that.</Command.Empty>
        {groups.map(({ name, entries }) =>
          entries.length === 0 ? null : (
            <Command.Group key={name} className="palette-group" heading={name}>
              {entries.map((entry) => (
                <Line key={entry.id} entry={entry} close={close} />
              ))}
            </Command.Group>
          ),
        )}
      </Command.List>
    </Command>
  )
}

export function Palette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} title="Find anything" onClose={onClose}>
      <Found close={onClose} />
    </Dialog>
  )
}
