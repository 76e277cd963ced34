/** Robots in motion: turned and zoomed by hand or key, one of them kept in the middle. The clock is the playback's. */
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from 'react'
import { Segmented } from '../ui/field.tsx'
import type { Playback } from './playback.ts'
import { movedView, views, type ViewName } from './stage-views.ts'
import type { Capsule } from './stage.ts'
import { useStage, type Robot } from './use-stage.ts'
import './robot-scene.css'

interface SceneProps {
  readonly label: string
  readonly capsules: readonly Capsule[]
  /** The same array for as long as the same robots are shown. */
  readonly robots: readonly RobotInScene[]
  readonly playback: Playback
}

export interface RobotInScene extends Robot {
  /** What happened at its end, where that is before the replay's: `fell`. */
  readonly end: string
}

const viewOptions = [
  { value: 'side', label: 'Side' },
  { value: 'front', label: 'Front' },
  { value: 'above', label: 'Above' },
  { value: 'free', label: 'Free', note: 'Drag, or W, A, S and D' },
] as const

/** Radians for each pixel of a drag, and for each key. */
const dragTurn = 0.006
const keyTurn = 0.12
const zoomStep = 1.15

export function RobotScene({ label, capsules, robots, playback }: SceneProps) {
  const [followed, setFollowed] = useState(0)
  const [viewName, setViewName] = useState<ViewName | 'free'>('side')
  const middle = Math.min(followed, robots.length - 1)
  const { canvas, flat, broken, view, look } = useStage({ capsules, robots, playback, followed: middle })
  const figures = useRef<HTMLUListElement>(null)
  useFigures(figures, { capsules, robots, playback })
  const turn = (by: Parameters<typeof movedView>[1]) => {
    look(movedView(view.current, by))
    if (!flat) setViewName('free')
  }
  useWheel(canvas, turn, flat)
  const choose = (name: ViewName | 'free') => {
    setViewName(name)
    if (name !== 'free') look(views[name])
  }
  return (
    <div className="robot-scene">
      <div className="robot-stage">
        <canvas
          key={flat ? 'flat' : 'deep'}
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-roledescription="replay"
          aria-label={label}
          aria-describedby="robot-scene-keys"
          title={flat ? undefined : 'Drag to turn; Ctrl and the wheel to come nearer'}
          onKeyDown={(event) => onKey(event, { playback, turn, choose })}
          {...(flat ? {} : draggedBy(turn))}
        />
      </div>
      <p id="robot-scene-keys" className="unseen">
        Space plays and stops. Left and right arrow keys go a step, with Shift ten; Home and End to the first and last.
        W, A, S and D turn the view, plus and minus zoom, 1, 2 and 3 choose a view.
      </p>
      <ul ref={figures} className="robot-names" aria-label="Robots; the chosen one stays in the middle">
        {robots.map(({ name, colour }, index) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={index === middle}
              title={`Keep ${name} in the middle`}
              onClick={() => setFollowed(index)}
            >
              <span className="robot-swatch" style={{ background: colour }} />
              <span>{name}</span>
              <span className="robot-figure" />
            </button>
          </li>
        ))}
      </ul>
      {!flat && (
        <div className="robot-views">
          <Segmented label="View" hideLabel value={viewName} options={viewOptions} onChange={choose} />
        </div>
      )}
      {(flat || broken) && (
        <p className="robot-flat-note" role="status">
          {broken
            ? 'The drawing could not be loaded: the installation is incomplete. Reinstall Lethe.'
            : 'This machine offers no 3D drawing (WebGL), so the robots are shown from the side.'}
        </p>
      )}
    </div>
  )
}

interface Hands {
  readonly playback: Playback
  turn(by: { readonly turn?: number; readonly height?: number; readonly zoom?: number }): void
  choose(name: ViewName): void
}

/** Keys of the scene; those of the playback are the panel's too. */
function onKey(event: KeyboardEvent, { playback, turn, choose }: Hands): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const act: Record<string, () => void> = {
    a: () => turn({ turn: -keyTurn }),
    d: () => turn({ turn: keyTurn }),
    w: () => turn({ height: keyTurn }),
    s: () => turn({ height: -keyTurn }),
    '+': () => turn({ zoom: 1 / zoomStep }),
    '-': () => turn({ zoom: zoomStep }),
    '1': () => choose('side'),
    '2': () => choose('front'),
    '3': () => choose('above'),
  }
  const run = act[event.key.toLowerCase()]
  if (run) run()
  else if (!playbackKey(event, playback)) return
  event.preventDefault()
  event.stopPropagation()
}

/** Whether the key was one of the playback's: space, arrows, Home, End. */
export function playbackKey(event: KeyboardEvent, playback: Playback): boolean {
  const stride = event.shiftKey ? 10 : 1
  const act: Record<string, () => void> = {
    ' ': playback.toggle,
    ArrowLeft: () => playback.move(-stride),
    ArrowRight: () => playback.move(stride),
    Home: () => playback.move(-Infinity),
    End: () => playback.move(Infinity),
  }
  act[event.key]?.()
  return event.key in act
}

const draggedBy = (turn: Hands['turn']) => ({
  onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId)
  },
  onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    turn({ turn: -event.movementX * dragTurn, height: event.movementY * dragTurn })
  },
})

/** The wheel comes nearer with Ctrl; without it the page scrolls. */
function useWheel(canvas: RefObject<HTMLCanvasElement | null>, turn: Hands['turn'], flat: boolean) {
  const act = useEffectEvent(turn)
  useEffect(() => {
    const element = canvas.current
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      act({ zoom: zoomStep ** Math.sign(event.deltaY) })
    }
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [canvas, flat])
}

/** How far each robot has come, written past React: this runs with every step. */
function useFigures(
  list: RefObject<HTMLUListElement | null>,
  { capsules, robots, playback }: Omit<SceneProps, 'label'>,
) {
  useEffect(() => {
    const row = 6 * capsules.length
    const write = () => {
      const { step } = playback.store.getState()
      const places = list.current?.querySelectorAll<HTMLElement>('.robot-figure')
      robots.forEach(({ poses, end }, index) => {
        const last = poses.length / row - 1
        const x = poses[Math.min(step, last) * row] ?? 0
        const metres = Number(x.toFixed(1)).toFixed(1) // −0.04 is 0.0
        const text = `${metres.replace('-', '−')} m${step > last ? `, ${end} at ${last + 1}` : ''}`
        if (places?.[index] && places[index].textContent !== text) places[index].textContent = text
      })
    }
    write()
    return playback.store.subscribe(write)
  }, [list, capsules, robots, playback])
}
