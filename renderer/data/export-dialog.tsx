/** A data set as files that other tools read. */
import { useState } from 'react'
import { usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SelectField } from '../ui/field.tsx'
import { exportData } from './data-actions.ts'
import { dataStore, useData } from './data-store.ts'

const formats = [
  { value: 'npz', label: 'NPZ, one file a split', note: 'Arrays images and labels, for numpy.' },
  { value: 'zip', label: 'Zip of PNG, one a split', note: 'With dataset.json, as StyleGAN and DPImageBench read it.' },
  { value: 'folders', label: 'Class folders of PNG', note: 'One folder a split and class, for everything else.' },
] as const

export function ExportDialog() {
  const exporting = useData((state) => state.exporting)
  const dataset = usePage((state) => state.datasets?.find(({ id }) => id === exporting))
  const [format, setFormat] = useState<(typeof formats)[number]['value']>('npz')
  const close = () => dataStore.setState({ exporting: null })
  if (!dataset) return null
  return (
    <Dialog
      open
      title={`Export ${dataset.name}`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" onClick={() => void exportData(dataset.id, format)}>
            Choose where…
          </Button>
        </>
      }
    >
      <SelectField label="As" value={format} options={formats} onChange={setFormat} />
      {dataset.sensitive && (
        <p className="export-warning">
          These files are the sensitive images themselves, not a private release: no noise protects them. Whoever has
          the folder has the data. That a copy was taken is noted in the ledger.
        </p>
      )}
    </Dialog>
  )
}
