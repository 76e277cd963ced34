/** Keeps a stage in its place for as long as it is shown: loaded when it is needed, sized with its place, coloured with the theme. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import { resolveColour } from '../charts/colours.ts'
import type { Playback } from './playback.ts'
import { createFlatStage } from './stage-flat.ts'
import { views } from './stage-views.ts'
import type { Capsule, Stage, StageContent, StageLook, View } from './stage.ts'

export interface Robot {
  readonly name: string
  /** A CSS colour, variables too. */
  readonly colour: string
  readonly poses: Float32Array
}

interface Wanted {
  readonly capsules: readonly Capsule[]
  /** The same array for as long as the same robots are shown. */
  readonly robots: readonly Robot[]
  readonly playback: Playback
  readonly followed: number
}

export interface PlaceOfStage {
  readonly canvas: RefObject<HTMLCanvasElement | null>
  /** Drawn flat, since there is no WebGL; the canvas is another then. */
  readonly flat: boolean
  /** Nothing can be drawn: part of the application is missing. */
  readonly broken: boolean
  readonly view: RefObject<View>
  look(view: View): void
}

function lookOf(robots: readonly Robot[]): StageLook {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => resolveColour(`var(${name})`, style)
  return {
    ...{ paper: token('--sheet'), ground: token('--well'), line: token('--line'), ink: token('--ink-faint') },
    font: style.getPropertyValue('--mono'),
    robots: robots.map(({ colour }) => resolveColour(colour, style)),
  }
}

const makerOf = async (flat: boolean): Promise<(content: StageContent) => Stage> =>
  flat ? createFlatStage : (await import('./stage-webgl.ts')).createWebGlStage

/** Keeps size, colours and step as they should be, until it is told to stop. */
function attend(stage: Stage, canvas: HTMLCanvasElement, playback: Playback, robots: readonly Robot[]): () => void {
  const place = canvas.parentElement!
  const size = () => stage.resize(Math.max(1, place.clientWidth), Math.max(1, place.clientHeight))
  size()
  const sizes = new ResizeObserver(size)
  sizes.observe(place)
  const theme = new MutationObserver(() => stage.restyle(lookOf(robots)))
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    sizes.disconnect()
    theme.disconnect()
    stage.close()
  }
}

export function useStage({ capsules, robots, playback, followed }: Wanted): PlaceOfStage {
  const canvas = useRef<HTMLCanvasElement>(null)
  const stage = useRef<Stage>(null)
  const view = useRef<View>(views.side)
  const following = useRef(followed)
  const [flat, setFlat] = useState(false)
  const [broken, setBroken] = useState(false)
  useEffect(() => {
    following.current = followed
    stage.current?.show(playback.store.getState().step, followed)
  }, [followed, playback])
  useEffect(() => {
    let stop: (() => void) | null = null
    let left = false
    const element = canvas.current
    const show = () => stage.current?.show(playback.store.getState().step, following.current)
    const begin = async () => {
      const make = await makerOf(flat)
      if (left || !element) return
      let drawn = 0
      const onDrawn = () => void (element.dataset['frames'] = String(++drawn))
      stage.current = make({ canvas: element, capsules, robots, look: lookOf(robots), onDrawn })
      stop = attend(stage.current, element, playback, robots)
      stage.current.look(view.current)
      show()
    }
    begin().catch(() => (flat ? setBroken(true) : setFlat(true)))
    const forget = playback.store.subscribe(({ step }, before) => {
      if (step !== before.step) show()
    })
    return () => {
      left = true
      forget()
      stop?.()
      stage.current = null
    }
  }, [capsules, robots, playback, flat])
  const look = (next: View): void => {
    view.current = next
    stage.current?.look(next)
  }
  return { canvas, flat, broken, view, look }
}
