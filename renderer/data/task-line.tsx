/** A long task of the lab: how far, how long still, and Stop. */
import { formatDuration } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { ProgressBar } from '../ui/progress.tsx'
import { useData } from './data-store.ts'
import { cancelTask } from './tasks.ts'

export function TaskLine({ task }: { readonly task: string }) {
  const progress = useData((state) => state.tasks[task])
  if (!progress) return null
  const { label, done, total, secondsLeft: left } = progress
  const share = total > 0 ? done / total : null
  const note =
    share === null ? '' : `${Math.floor(share * 100)} %${left === null ? '' : `, ${formatDuration(left)} left`}`
  return (
    <div className="task-line">
      <ProgressBar label={label} value={share} {...(note ? { note } : {})} />
      <Button onClick={() => cancelTask(task)}>Stop</Button>
    </div>
  )
}

/** Tasks that have no place of their own on the screen. */
export function OtherTasks() {
  const tasks = useData((state) => state.tasks)
  const own = useData((state) => (state.view.kind === 'import' ? state.source : null))
  const others = Object.keys(tasks).filter((task) => task !== own?.inspection && task !== own?.importing)
  return others.length === 0 ? null : (
    <div className="other-tasks">
      {others.map((task) => (
        <TaskLine key={task} task={task} />
      ))}
    </div>
  )
}
