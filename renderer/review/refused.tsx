/** A bundle that does not hold: it is not opened, and the reasons are given. */
import type { Problem } from '../../main/contract/evidence.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { reviewStore, useReview } from './review-store.ts'

const close = () => reviewStore.setState({ refused: null })

export function ProblemTable({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <table className="review-refused">
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Expected</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {problems.map(({ file, expected, found }) => (
          <tr key={`${file} ${expected} ${found}`}>
            <td>{file}</td>
            <td>{expected}</td>
            <td>{found}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Refused() {
  const refused = useReview((state) => state.refused)
  if (!refused) return null
  const { problems } = refused.verification
  return (
    <Dialog
      open
      wide
      title="This bundle does not hold"
      onClose={close}
      footer={
        <Button look="primary" onClick={close}>
          Close
        </Button>
      }
    >
      <p className="review-sum fails">
        <Icon name="warning" />
        It was changed, cut or damaged after it was written, or was not written by Lethe. It is not opened. Ask for it
        again.
      </p>
      <p className="review-quiet">
        <code>{refused.path}</code>
      </p>
      <ProblemTable problems={problems} />
    </Dialog>
  )
}
