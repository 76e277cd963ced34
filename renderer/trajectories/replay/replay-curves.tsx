/** Rewards and values over the steps, at the place where the replay stands. */
import { useMemo, useState } from 'react'
import { LineChart } from '../../charts/line-chart.tsx'
import type { Scrub } from '../../charts/scrub.ts'
import type { Series } from '../../charts/series.ts'
import { Segmented } from '../../ui/field.tsx'
import type { Playback } from '../../viewers/playback.ts'
import type { ReplayData } from './replay-data.ts'

export interface Actor {
  readonly name: string
  readonly colour: string
}

const numbers = (length: number): Float64Array => Float64Array.from({ length }, (_, step) => step)

function sums(values: Float32Array): Float64Array {
  let sum = 0
  return Float64Array.from(values, (value) => (sum += value))
}

const seriesOf = ({ name, colour }: Actor, values: ArrayLike<number>): Series => ({
  ...{ id: name, name, colour, values: Float64Array.from(values) },
  steps: numbers(values.length),
})

const gained = [
  { value: 'total', label: 'Return so far' },
  { value: 'reward', label: 'Reward' },
] as const
const valued = [
  { value: 'record', label: 'Along the record', note: 'Q of the recorded actions, as each agent sees them' },
  { value: 'own', label: 'Along its own way', note: 'Q of its own actions, where they lead it' },
] as const

interface CurvesProps {
  readonly data: ReplayData
  /** The data set first, then the agents. */
  readonly actors: readonly Actor[]
  readonly playback: Playback
}

/** The same object for as long as it is the same replay, so that charts are not made anew. */
const useScrub = (playback: Playback): Scrub =>
  useMemo(
    () => ({
      step: () => playback.store.getState().step,
      seek: (step) => playback.move(step - playback.store.getState().step),
      subscribe: (listener) =>
        playback.store.subscribe(({ step }, before) => {
          if (step !== before.step) listener()
        }),
    }),
    [playback],
  )

export function ReplayCurves({ data, actors, playback }: CurvesProps) {
  const [gain, setGain] = useState<(typeof gained)[number]['value']>('total')
  const [value, setValue] = useState<(typeof valued)[number]['value']>('record')
  const scrub = useScrub(playback)
  const rewards = useMemo(
    () =>
      [data.recorded, ...data.played].map(({ rewards: each }, index) =>
        seriesOf(actors[index]!, gain === 'total' ? sums(each) : each),
      ),
    [data, actors, gain],
  )
  const values = useMemo(
    () =>
      data.played.flatMap(({ values: own, recordedValues }, index) => {
        const each = value === 'own' ? own : recordedValues
        return each ? [seriesOf(actors[index + 1]!, each)] : []
      }),
    [data, actors, value],
  )
  const scaled = data.index.agents.some(({ scaledRewards }) => scaledRewards)
  return (
    <div className="replay-curves">
      <section>
        <Segmented label="Rewards" hideLabel value={gain} options={gained} onChange={setGain} />
        <LineChart
          label={gain === 'total' ? 'Return so far' : 'Reward'}
          xLabel="step"
          yLabel={gain === 'total' ? 'Return so far' : 'Reward of the step'}
          {...{ series: rewards, height: 170, scrub }}
        />
      </section>
      {values.length > 0 && (
        <section>
          <Segmented label="Values" hideLabel value={value} options={valued} onChange={setValue} />
          <LineChart
            label={value === 'own' ? 'Value of its own actions' : 'Value of the recorded actions'}
            xLabel="step"
            yLabel={`${value === 'own' ? 'Value of its own actions' : 'Value of the recorded actions'}${scaled ? ', of scaled rewards' : ''}`}
            {...{ series: values, height: 170, scrub }}
          />
        </section>
      )}
    </div>
  )
}
