/** Which method makes the images: those that this version has, and what each rests on. */
import type { MethodFacts } from '../../main/contract/calls/images.ts'
import { capital } from '../app/format.ts'
import { Tag } from '../ui/controls.tsx'
import { setDraft } from './images-store.ts'

const statusWords = {
  experimental: 'Experimental: nobody but its author has checked the proof against the code yet.',
  reviewed: 'Reviewed: somebody other than its author has checked the proof against the code.',
} as const

function Details({ method }: { readonly method: MethodFacts }) {
  return (
    <div className="images-method-details">
      <p>{capital(method.mechanism)}.</p>
      <details>
        <summary>Paper and privacy argument</summary>
        <dl>
          <dt>Paper</dt>
          <dd>{method.paper}</dd>
          <dt>Noised</dt>
          <dd>{capital(method.noisedQuantity)}</dd>
          <dt>Neighbours</dt>
          <dd>{capital(method.adjacency)}</dd>
          <dt>Accountant</dt>
          <dd>{capital(method.accountant)}</dd>
          <dt>Pretraining</dt>
          <dd>{capital(method.pretraining)}</dd>
          <dt>Status</dt>
          <dd>{statusWords[method.status]}</dd>
        </dl>
      </details>
    </div>
  )
}

export function MethodChooser({ methods, chosen }: { methods: readonly MethodFacts[]; chosen: string }) {
  return (
    <fieldset className="images-part">
      <legend>Method</legend>
      {methods.map((method) => (
        <div key={method.id}>
          <label className="images-data">
            <input
              type="radio"
              name="images-method"
              checked={method.id === chosen}
              onChange={() => setDraft({ method: method.id, set: {} }, 'method')}
            />
            <span className="images-data-name">{method.title}</span>
            <Tag>{method.status}</Tag>
          </label>
          {method.id === chosen && <Details method={method} />}
        </div>
      ))}
    </fieldset>
  )
}
