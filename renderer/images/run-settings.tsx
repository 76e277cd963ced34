/** How large, how repeatable, on what: preset, seed, scoring, device. */
import { deviceOptions } from '../app/device-options.ts'
import { NumberField, Segmented, SelectField, Switch } from '../ui/field.tsx'
import type { Draft } from './draft.ts'
import { methodNow, setDraft, useImages } from './images-store.ts'

const presets = [
  { value: 'desk', label: 'Desk', note: 'Made for two processor cores: minutes.' },
  { value: 'paper', label: 'Paper', note: 'The settings of the publication.' },
  { value: 'tiny', label: 'Tiny', note: 'To try the way from end to end: seconds, and poor images.' },
] as const

/** Fields a person has set stay set, where the new preset does not have the same value anyway. */
function choosePreset(draft: Draft, preset: Draft['preset']): void {
  const fields = methodNow()?.presets[preset] ?? {}
  const set = Object.entries(draft.set).filter(([name, value]) => fields[name] !== value)
  setDraft({ preset, set: Object.fromEntries(set) }, 'preset')
}

export function RunSettings({ draft }: { readonly draft: Draft }) {
  const devices = useImages((state) => state.devices)
  return (
    <section className="images-part">
      <h2>Run</h2>
      <Segmented
        label="Preset"
        help="settings#preset"
        value={draft.preset}
        options={presets}
        onChange={(preset) => choosePreset(draft, preset)}
      />
      <NumberField
        label="Seed"
        help="settings#seed"
        value={draft.seed}
        min={0}
        max={2 ** 32 - 1}
        hint={
          draft.mode === 'release' ? 'Root of all randomness but the noise.' : 'Root of all randomness, the noise too.'
        }
        error={Number.isInteger(draft.seed) ? null : 'Expected a whole number.'}
        onChange={(seed) => seed !== null && setDraft({ seed }, 'seed')}
      />
      <Switch
        label="Score the images"
        checked={draft.score}
        onChange={(score) => setDraft({ score }, 'score')}
        hint="Trains classifiers on the synthetic images and chooses one with noise, on the validation account."
      />
      <SelectField
        label="Device"
        value={draft.device}
        options={deviceOptions(devices)}
        onChange={(device) => setDraft({ device }, 'device')}
      />
    </section>
  )
}
