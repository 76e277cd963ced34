/** The two accounts of a data set by every accountant. Train and validation share no image: the larger one counts. */
import type { CallOutput } from '../../main/contract/calls.ts'
import { formatEpsilon } from '../app/format.ts'
import { Explain } from '../ui/hint.tsx'

const accountants = [
  ['rdp', 'Rényi (RDP)'],
  ['pld', 'Loss distribution (PLD)'],
  ['gaussian', 'Exact Gaussian'],
] as const

type Accounts = CallOutput<'ledger.show'>['summary']['accounts']

/** Every accountant gives an upper bound, so the smallest holds. */
const best = (epsilons: Accounts['train']): number =>
  Math.min(...accountants.flatMap(([key]) => (epsilons[key] === undefined ? [] : [epsilons[key]])))

export function AccountsTable({ accounts }: { readonly accounts: Accounts }) {
  return (
    <table className="accounts">
      <caption>
        Accounts <Explain page="glossary#accountant" term="accountants" />
      </caption>
      <thead>
        <tr>
          <th scope="col">ε spent</th>
          <th scope="col">Train</th>
          <th scope="col">Validation</th>
        </tr>
      </thead>
      <tbody>
        {accountants.map(([key, name]) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            {(['train', 'validation'] as const).map((account) => {
              const value = accounts[account][key]
              const holds = value !== undefined && value > 0 && value === best(accounts[account])
              return (
                <td key={account} className={holds ? 'number holds' : 'number'}>
                  {value === undefined ? '–' : formatEpsilon(value)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
