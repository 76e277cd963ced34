/** Everything a run has said, line by line; only what is in sight is in the document. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { RunSummary } from '../../main/contract/run.ts'
import { readLab, subscribe } from '../app/bridge.ts'
import { formatCount } from '../app/format.ts'
import { showFailure } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Switch } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import { filterLog, mostLines, parseLog, withEvents, type LogLine } from './log-lines.ts'

const rowHeight = 22

/** Read once, then followed; read anew where something was missed. */
function useLog(run: string): readonly LogLine[] | null {
  const [lines, setLines] = useState<readonly LogLine[] | null>(null)
  useEffect(() => {
    const stopped = new AbortController()
    let known: readonly LogLine[] | null = null
    const show = (next: readonly LogLine[]) => setLines((known = next))
    const read = async () => {
      const answer = await readLab(`runs/${encodeURIComponent(run)}/log.ndjson`, {
        signal: stopped.signal,
        onFailure: showFailure,
      })
      const text = await answer?.text().catch(() => '')
      if (!stopped.signal.aborted) show(parseLog(text ?? '').slice(-mostLines))
    }
    const stop = subscribe('run-events', (told) => {
      if (told.run !== run || known === null) return
      const next = withEvents(known, told.events)
      if (next) show(next)
      else void read()
    })
    void read()
    return () => {
      stopped.abort()
      stop()
    }
  }, [run])
  return lines
}

function Lines({ lines }: { readonly lines: readonly LogLine[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const count = lines.length
  const atEnd = useRef(true)
  useEffect(() => {
    if (atEnd.current && count > 0) rows.scrollToIndex(count - 1)
  }, [count, rows])
  const onScroll = () => {
    const place = scroller.current
    if (place) atEnd.current = place.scrollHeight - place.scrollTop - place.clientHeight < 2 * rowHeight
  }
  return (
    <div
      ref={scroller}
      className="log-lines"
      role="log"
      aria-live="off"
      aria-label="Log"
      tabIndex={0}
      onScroll={onScroll}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = lines[index]
          if (!line) return null
          return (
            <p key={line.seq} className={`log-line ${line.kind}`} style={{ transform: `translateY(${start}px)` }}>
              <span>{line.time}</span>
              <span>{line.kind}</span>
              <span title={line.text}>{line.text}</span>
            </p>
          )
        })}
      </div>
    </div>
  )
}

export function RunLog({ run }: { readonly run: RunSummary }) {
  const lines = useLog(run.id)
  const [words, setWords] = useState('')
  const [quiet, setQuiet] = useState(false)
  const shown = useMemo(() => filterLog(lines ?? [], words, quiet), [lines, words, quiet])
  if (lines === null) return null
  const copy = () =>
    void navigator.clipboard
      .writeText(shown.map(({ time, kind, text }) => `${time}\t${kind}\t${text}`).join('\n'))
      .then(() => notify({ message: `${formatCount(shown.length)} lines are copied.`, kind: 'done' }))
  return (
    <div className="run-log">
      <div className="log-controls">
        <input
          type="search"
          className="input"
          aria-label="Find in the log"
          placeholder="Find in the log"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Switch label="Without progress and figures" checked={quiet} onChange={setQuiet} />
        <span className="number">
          {formatCount(shown.length)}
          {shown.length < lines.length && ` of ${formatCount(lines.length)}`}
        </span>
        <Button icon="copy" disabled={shown.length === 0} onClick={copy}>
          Copy
        </Button>
      </div>
      {lines.length >= mostLines && (
        <p className="small">The newest {formatCount(mostLines)} lines; all of them are in events.ndjson.</p>
      )}
      <Lines lines={shown} />
    </div>
  )
}
