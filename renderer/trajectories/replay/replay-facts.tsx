/** What came of it, and how far it can be trusted. */
import { formatCount, formatFigure } from '../../app/format.ts'
import { Icon } from '../../ui/icons.tsx'
import type { Actor } from './replay-curves.tsx'
import type { ReplayData } from './replay-data.ts'
import { endWords, fidelityVerdict } from './replay-words.ts'

export function ReplayFacts({ data, actors }: { readonly data: ReplayData; readonly actors: readonly Actor[] }) {
  const { episode } = data
  const verdict = fidelityVerdict(episode)
  return (
    <div className="replay-facts">
      <table>
        <thead>
          <tr>
            <th scope="col">From the same start</th>
            <th scope="col">Return</th>
            <th scope="col">Score</th>
            <th scope="col">Steps</th>
            <th scope="col">End</th>
          </tr>
        </thead>
        <tbody>
          {[episode.recorded, ...episode.played].map((track, index) => (
            <tr key={actors[index]!.name}>
              <th scope="row">
                <span className="replay-swatch" style={{ background: actors[index]!.colour }} />
                {actors[index]!.name}
              </th>
              <td className="number">{formatFigure(Number(track.return.toFixed(1)))}</td>
              <td className="number">{track.score.toFixed(1)}</td>
              <td className="number">{formatCount(track.steps)}</td>
              <td>{endWords[track.end]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {verdict && (
        <p className={verdict.matches ? 'replay-note' : 'replay-note differs'}>
          <Icon name={verdict.matches ? 'check' : 'warning'} size={14} />
          <span>{verdict.text}</span>
        </p>
      )}
      {episode.notes.map((note) => (
        <p key={note} className="replay-note">
          <Icon name="info" size={14} />
          <span>{note}</span>
        </p>
      ))}
    </div>
  )
}
