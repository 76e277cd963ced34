/** The project of the window and the processes that work on it. Going over to another project ends them first. */
import { checkProjectFolder, type RecentProjects } from './recent-projects.ts'
import type { Supervisor } from './supervisor.ts'

export interface Workplace {
  readonly project: () => string
  readonly supervisor: () => Supervisor
  /** Does nothing while runs are at work, unless they are to be left; then they stop at their next step. */
  open(folder: string, leaveRuns: boolean): Promise<{ opened: boolean; activeRuns: number }>
}

export interface WorkplaceOptions {
  readonly start: (project: string) => Supervisor
  readonly recent: RecentProjects
  /** Projects are opened to be looked at and reviewed. */
  readonly readOnly: boolean
  /** The page must forget what it shows. */
  readonly opened: (project: string) => void
}

export function createWorkplace(first: string, { start, recent, readOnly, opened }: WorkplaceOptions): Workplace {
  let project = first
  let supervisor = start(first)
  // A list of recent projects that cannot be written costs convenience, nothing else.
  const remember = (folder: string): Promise<void> => recent.add(folder).catch(() => undefined)
  let last: Promise<unknown> = remember(first)

  async function change(folder: string, leaveRuns: boolean): Promise<{ opened: boolean; activeRuns: number }> {
    const activeRuns = supervisor.activeRuns()
    if (folder === project) return { opened: true, activeRuns }
    await checkProjectFolder(folder, readOnly)
    if (activeRuns > 0 && !leaveRuns) return { opened: false, activeRuns }
    await supervisor.close()
    project = folder
    supervisor = start(folder)
    await remember(folder)
    setImmediate(opened, folder) // whoever asked has the answer first
    return { opened: true, activeRuns }
  }

  return {
    project: () => project,
    supervisor: () => supervisor,
    // One after the other: two at once would start two labs, and one of them nobody would ever end.
    open(folder, leaveRuns) {
      const opening = last.then(() => change(folder, leaveRuns))
      last = opening.catch(() => undefined)
      return opening
    },
  }
}
