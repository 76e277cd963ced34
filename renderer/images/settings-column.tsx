/** Right: everything that can be set for a run, what each choice means, and the button that starts it. */
import { AdvancedSettings } from '../ui/schema-form.tsx'
import { setDraft, setParameter, useDraft, useImages } from './images-store.ts'
import { MethodChooser } from './method-chooser.tsx'
import { PrivacySettings } from './privacy-settings.tsx'
import { RunSettings } from './run-settings.tsx'
import { StartBar } from './start-bar.tsx'

export function SettingsColumn() {
  const draft = useDraft()
  const methods = useImages((state) => state.methods) ?? []
  const method = methods.find(({ id }) => id === draft.method)
  if (!method) return null
  return (
    <aside className="images-right" aria-label="Settings">
      <div className="images-settings">
        <PrivacySettings draft={draft} />
        <MethodChooser methods={methods} chosen={method.id} />
        <RunSettings draft={draft} />
        <AdvancedSettings
          key={method.id}
          schema={method.configSchema}
          preset={method.presets[draft.preset] ?? {}}
          set={draft.set}
          onSet={setParameter}
          onReplace={(set) => setDraft({ set }, 'set')}
          help="settings"
        />
      </div>
      <StartBar />
    </aside>
  )
}
