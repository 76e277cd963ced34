/** Runs that were started for a step of a request and have not answered it: at work, or ended before their time. */
import { useEffect } from 'react'
import type { DeletionStatement } from '../../../main/contract/deletion.ts'
import type { RunState, RunSummary } from '../../../main/contract/run.ts'
import { ask } from '../../app/bridge.ts'
import { usePage } from '../../app/store.ts'
import { requestStore, useRequests } from './request-store.ts'

export type AttemptStep = 'unlearned' | 'audited'

/** What a run is of, as far as requests ask; it never changes. */
export interface RunAim {
  readonly agent?: unknown
  readonly forget?: unknown
  readonly forgotten?: unknown
}

type Runs = readonly Pick<RunSummary, 'id' | 'kind' | 'data' | 'state' | 'created'>[]

const kinds: Record<AttemptStep, string> = { unlearned: 'trajectories.unlearn', audited: 'trajectories.audit' }
const working: readonly RunState[] = ['queued', 'running', 'paused']
export const isWorking = ({ state }: Pick<RunSummary, 'state'>): boolean => working.includes(state)

/** Of the right kind and set, newest first. One that ended before the request was opened has nothing to do with it. */
export function mayAnswer<Run extends Runs[number]>(
  runs: readonly Run[],
  step: AttemptStep,
  { data, opened }: Pick<DeletionStatement, 'data' | 'opened'>,
): Run[] {
  return runs
    .filter((run) => run.kind === kinds[step] && run.data === data && run.state !== 'succeeded')
    .filter((run) => isWorking(run) || run.created >= opened)
    .sort((a, b) => b.created.localeCompare(a.created))
}

/** Whether a run would answer the step, should it end well. */
export function answers(
  aim: RunAim,
  step: AttemptStep,
  { agent, learnt, unlearned }: Pick<DeletionStatement, 'agent' | 'learnt' | 'unlearned'>,
): boolean {
  const of = step === 'unlearned' ? aim.forget : aim.forgotten
  const ids = new Set(Array.isArray(of) ? (of as unknown[]) : [])
  const whose = step === 'unlearned' ? agent : unlearned
  return whose !== null && aim.agent === whose && learnt.every((id) => ids.has(id))
}

const asked = new Set<string>()

async function readAim(run: string): Promise<void> {
  if (asked.has(run)) return
  asked.add(run)
  const shown = await ask('runs.show', { run }, () => asked.delete(run))
  if (shown) requestStore.setState(({ aims }) => ({ aims: { ...aims, [run]: shown.config ?? {} } }))
}

/** The one that is said on the page: the one at work, else the newest. */
export function useAttempt(statement: DeletionStatement, step: AttemptStep): RunSummary | undefined {
  const runs = usePage((state) => state.runs)
  const aims = useRequests((state) => state.aims)
  const found = statement.state === 'closed' ? [] : mayAnswer(runs ?? [], step, statement)
  const ids = found.map(({ id }) => id).join()
  useEffect(() => {
    for (const id of ids === '' ? [] : ids.split(',')) void readAim(id)
  }, [ids])
  const own = found.filter(({ id }) => aims[id] !== undefined && answers(aims[id], step, statement))
  return own.find(isWorking) ?? own[0]
}
