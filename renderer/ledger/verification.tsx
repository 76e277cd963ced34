/** Whether the chain of a ledger holds, as of when it was last walked. */
import { formatCount, formatTime } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { useLedgers, verify, type Verification } from './ledger-store.ts'

function Verdict({ found }: { readonly found: Verification }) {
  if (found.ok)
    return (
      <p className="verdict">
        <Icon name="check" />
        <span>
          Intact: <span className="number">{formatCount(found.entries)}</span> entries follow each other by their hashes
          and agree with the runs. Checked {formatTime(found.at, new Date())}.
        </span>
      </p>
    )
  return (
    <p className="verdict broken" role="alert">
      <Icon name="warning" />
      <span>
        Not intact from entry <span className="number">{found.firstBad}</span> on: {found.reason} No run may use this
        data until the ledger is restored from a copy.
      </span>
    </p>
  )
}

export function VerificationLine({ data }: { readonly data: string }) {
  const found = useLedgers((state) => state.verified[data])
  const checking = found === 'checking'
  return (
    <div className="verification">
      {found === undefined || checking ? (
        <p className="verdict faint">
          {checking ? 'Walking the chain…' : 'Every entry carries the hash of the one before it.'}
        </p>
      ) : (
        <Verdict found={found} />
      )}
      <Button disabled={checking} onClick={() => void verify(data)}>
        Verify now
      </Button>
    </div>
  )
}
