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
  /** The page must forget what it shows. */
  readonly opened: (project: string) => void
}

export function createWorkplace(first: string, { start, recent, opened }: WorkplaceOptions): Workplace {
  let project = first
  let supervisor = start(first)
  let switching: Promise<unknown> = recent.add(first)
  return {
    project: () => project,
    supervisor: () => supervisor,
    async open(folder, leaveRuns) {
      await switching.catch(() => undefined)
      const activeRuns = supervisor.activeRuns()
      if (folder === project) return { opened: true, activeRuns }
      await checkProjectFolder(folder)
      if (activeRuns > 0 && !leaveRuns) return { opened: false, activeRuns }
      const change = async (): Promise<void> => {
        await supervisor.close()
        project = folder
        supervisor = start(folder)
        opened(folder)
        await recent.add(folder)
      }
      await (switching = change())
      return { opened: true, activeRuns }
    },
  }
}
