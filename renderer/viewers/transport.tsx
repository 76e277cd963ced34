/** Play, step, speed and where it stands: what a recorder has. */
import type { CSSProperties } from 'react'
import { useStore } from 'zustand'
import { formatCount } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { Segmented } from '../ui/field.tsx'
import { speeds, type Playback } from './playback.ts'
import './transport.css'

const speedOptions = speeds.map((speed) => ({ value: String(speed), label: `${speed}×` }))

export function Transport({ playback, dt }: { readonly playback: Playback; readonly dt: number }) {
  const { step, playing, speed, loop } = useStore(playback.store)
  const last = playback.steps - 1
  const seconds = (step * dt).toFixed(2)
  return (
    <div className="transport" role="group" aria-label="Playback">
      <Button
        look="bare"
        icon={playing ? 'pause' : 'play'}
        title={playing ? 'Stop (space)' : 'Play (space)'}
        onClick={playback.toggle}
      >
        {playing ? 'Stop' : 'Play'}
      </Button>
      <input
        type="range"
        min={0}
        max={last}
        step={1}
        value={step}
        style={{ '--at': `calc(8px + (100% - 16px) * ${last > 0 ? step / last : 0})` } as CSSProperties}
        aria-label="Step"
        aria-valuetext={`step ${step} of ${last}, ${seconds} seconds`}
        onChange={(event) => playback.move(Number(event.target.value) - step)}
      />
      <span className="transport-place number">
        step {formatCount(step)} of {formatCount(last)} · {seconds} s
      </span>
      <Segmented
        label="Speed"
        hideLabel
        value={String(speed)}
        options={speedOptions}
        onChange={(value) => playback.setSpeed(Number(value))}
      />
      <label className="transport-loop">
        <input type="checkbox" checked={loop} onChange={(event) => playback.setLoop(event.target.checked)} />
        Loop
      </label>
    </div>
  )
}
