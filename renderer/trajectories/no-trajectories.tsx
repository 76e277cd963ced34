/** Before there is anything to learn from: what this workbench does, and the ways to begin. */
import { chooseSource } from '../data/data-actions.ts'
import { Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Explain } from '../ui/hint.tsx'
import { openCollect } from './collect-dialog.tsx'
import { useTrajectories } from './trajectories-store.ts'

/** Nothing while it is not known whether there are any. */
export function NoTrajectories() {
  const none = useTrajectories(({ sets }) => sets?.length === 0)
  if (!none) return null
  return (
    <EmptyState
      icon="forgetting"
      title="Make a trained agent forget"
      lead={
        <>
          An agent learns from recorded episodes: what was seen, done and got, step by step. Bring such a record, or let
          a policy that ships with Lethe play one. Then train an agent on it, choose the episodes that it is to forget,
          and measure how far it did. <Explain page="forgetting" term="forgetting" />
        </>
      }
      actions={
        <>
          <Button look="primary" onClick={openCollect}>
            Collect a set…
          </Button>
          <Button onClick={() => void chooseSource('file')}>Import a file…</Button>
          <Button onClick={() => void chooseSource('folder')}>Import a folder…</Button>
        </>
      }
    />
  )
}
