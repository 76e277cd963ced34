/** How far something is; null where that cannot be known. */
import './progress.css'

interface ProgressBarProps {
  readonly label: string
  readonly value: number | null
  readonly note?: string | undefined
}

export function ProgressBar({ label, value, note }: ProgressBarProps) {
  const percent = value === null ? null : Math.floor(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div className="progress-bar">
      <p>
        <span>{label}</span>
        <span className="number">{note ?? (percent === null ? '' : `${percent} %`)}</span>
      </p>
      <div
        className={percent === null ? 'progress-track unknown' : 'progress-track'}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
        {...(note ? { 'aria-valuetext': note } : {})}
      >
        <span style={value === null ? {} : { scale: `${Math.min(1, Math.max(0, value))} 1` }} />
      </div>
    </div>
  )
}
