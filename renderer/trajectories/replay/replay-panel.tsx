/** An episode of a data set in motion, beside agents from the same start: scene, curves and slider move together. */
import { useEffect, useMemo, useState } from 'react'
import type { RunSummary } from '../../../main/contract/run.ts'
import { ask } from '../../app/bridge.ts'
import { showFailure, usePage } from '../../app/store.ts'
import { Button } from '../../ui/controls.tsx'
import { ProgressBar } from '../../ui/progress.tsx'
import { createPlayback } from '../../viewers/playback.ts'
import { RobotScene } from '../../viewers/robot-scene.tsx'
import { Transport } from '../../viewers/transport.tsx'
import { ReplayCurves, type Actor } from './replay-curves.tsx'
import { readReplay, type ReplayData } from './replay-data.ts'
import { ReplayFacts } from './replay-facts.tsx'
import { endWords } from './replay-words.ts'
import './replay.css'

interface PanelProps {
  /** A set with a simulated task. */
  readonly data: string
  readonly episode: number
  /** At most three; `name` is what they are called here: Original, After unlearning. */
  readonly agents: readonly { readonly run: string; readonly name: string }[]
}

/** Keyed by what it shows: another episode is another replay. */
export function ReplayPanel(props: PanelProps) {
  const { data, episode, agents } = props
  return <Replay key={[data, episode, ...agents.map(({ run }) => run)].join(' ')} {...props} />
}

function Replay({ data, episode, agents }: PanelProps) {
  /** Undefined until the lab has answered. */
  const [run, setRun] = useState<string | null>()
  const summary = usePage(({ runs }) => runs?.find(({ id }) => id === run) ?? null)
  const done = summary?.state === 'succeeded'
  const [shown, setShown] = useState<ReplayData | null>(null)
  const [unread, setUnread] = useState(false)
  const [starting, setStarting] = useState(false)
  const key = agents.map((agent) => agent.run).join(' ')
  useEffect(() => {
    const wanted = { data, episode, agents: key.split(' ').filter(Boolean) }
    void ask('replay.find', wanted, showFailure).then((found) => setRun(found?.run ?? null))
  }, [data, episode, key])
  useEffect(() => {
    if (!done || !run) return
    const reading = new AbortController()
    void readReplay(run, episode, reading.signal, showFailure).then((found) => {
      if (reading.signal.aborted) return
      setShown(found)
      setUnread(found === null)
    })
    return () => reading.abort()
  }, [done, run, episode])
  const start = async () => {
    const wanted = { data, episodes: [episode], agents: agents.map((agent) => agent.run) }
    setStarting(true)
    const made = await ask('replay.start', wanted, showFailure)
    setStarting(false)
    if (!made) return
    setUnread(false)
    setRun(made.run)
  }
  if (shown) return <ReplayStage data={shown} names={agents.map(({ name }) => name)} />
  if (run === undefined || (done && !unread)) return <div className="replay-panel" />
  return <Offer {...{ run, summary, unread, starting, agents: agents.length, start }} />
}

interface OfferProps {
  readonly run: string | null
  readonly summary: RunSummary | null
  /** It has ended well, but what it wrote cannot be read. */
  readonly unread: boolean
  readonly starting: boolean
  readonly agents: number
  start(): Promise<void>
}

/** The run that this one waits for; null where it waits for none. */
const useBefore = (summary: RunSummary | null) =>
  usePage(({ runs }) => {
    if (summary?.state === 'running') return runs?.find(({ id }) => id === summary.waitsFor) ?? null
    if (summary?.state !== 'queued') return null
    return runs?.find(({ state, waitsFor }) => (state === 'running' || state === 'paused') && waitsFor === null) ?? null
  })

function offerWords({ summary, unread, agents }: OfferProps, before: RunSummary | null): string {
  if (unread) return 'The replay cannot be read.'
  if (before) return `Waits until ${before.title} has ended.`
  const { state, error } = summary ?? {}
  if (state === 'failed' && error) return `${error.message} ${error.hint}`
  if (state === 'cancelled') return 'It was cancelled.'
  if (state === 'interrupted') return 'It was interrupted.'
  if (state === 'paused') return 'It is paused.'
  if (state === 'queued') return 'It is in the queue.'
  const players = ['no agent plays', 'an agent plays', 'two agents play', 'three agents play'][agents]!
  return `The episode is set in motion in the simulator${agents > 0 ? `, and ${players} from the same start` : ''}. It takes a few seconds, and is a run as any other.`
}

/** Before there is anything to see: what it takes, how far it is, or what went wrong. */
function Offer(props: OfferProps) {
  const { run, summary, unread, starting, start } = props
  const before = useBefore(summary)
  const state = run === null ? null : summary?.state
  const failed = state === 'failed' || state === 'cancelled' || unread
  const rests = state === 'interrupted' || (state === 'queued' && before === null)
  return (
    <div className="replay-panel replay-offer">
      {state === 'running' && before === null ? (
        <ProgressBar label={summary?.progress?.phase ?? 'Starts'} value={null} />
      ) : (
        <p>{offerWords(props, before)}</p>
      )}
      {(state === null || failed) && (
        <Button look="primary" icon="play" disabled={starting} onClick={() => void start()}>
          {failed ? 'Try again' : 'Replay'}
        </Button>
      )}
      {run !== null && rests && <Button onClick={() => void ask('runs.start', { run }, showFailure)}>Go on</Button>}
      {run !== null && state === 'paused' && (
        <Button onClick={() => void ask('runs.continue', { run }, showFailure)}>Go on</Button>
      )}
    </div>
  )
}

const recordedColour = 'var(--data-7)'
const agentColours = ['var(--data-1)', 'var(--data-2)', 'var(--data-3)']

function ReplayStage({ data, names }: { readonly data: ReplayData; readonly names: readonly string[] }) {
  const { index, episode, recorded, played } = data
  const called = names.join('\n') // the names, not the array that holds them
  const actors: readonly Actor[] = useMemo(
    () => [
      { name: 'Recorded', colour: recordedColour },
      ...called.split('\n').flatMap((name, place) => (name ? [{ name, colour: agentColours[place]! }] : [])),
    ],
    [called],
  )
  const robots = useMemo(
    () =>
      [episode.recorded, ...episode.played].map(({ end }, place) => ({
        ...actors[place]!,
        end: endWords[end],
        poses: place === 0 ? recorded.poses : played[place - 1]!.poses,
      })),
    [actors, episode, recorded, played],
  )
  const playback = useMemo(
    () => createPlayback(Math.max(...[episode.recorded, ...episode.played].map(({ steps }) => steps)), index.dt),
    [episode, index.dt],
  )
  useEffect(() => () => playback.close(), [playback])
  return (
    <section className="replay-panel" aria-label={`Replay of episode ${episode.id}`}>
      <RobotScene
        label={`Episode ${episode.id} in motion: ${actors.map(({ name }) => name).join(', ')}`}
        {...{ capsules: index.capsules, robots, playback }}
      />
      <Transport playback={playback} dt={index.dt} />
      <div className="replay-below">
        <ReplayCurves {...{ data, actors, playback }} />
        <ReplayFacts {...{ data, actors }} />
      </div>
    </section>
  )
}
