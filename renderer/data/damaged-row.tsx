/** A data set whose manifest cannot be read: what was found, and the two ways out. The others are not touched by it. */
import type { DamagedDataset } from '../../main/contract/calls/data.ts'
import { Tag } from '../ui/controls.tsx'
import { Menu } from '../ui/menu.tsx'
import { removeData } from './data-actions.ts'

export function DamagedRow({ set: { id, file, found, hint } }: { readonly set: DamagedDataset }) {
  return (
    <li className="dataset damaged">
      <div className="dataset-words">
        <div className="dataset-head">
          <h2>{id}</h2>
          <Tag meaning="failed">damaged</Tag>
        </div>
        <p>{found}</p>
        <p className="dataset-shape">{hint}</p>
        <p className="faint">{file}</p>
      </div>
      <Menu
        label={`More about ${id}`}
        icon="more"
        items={[{ label: 'Move to the trash', icon: 'trash', danger: true, onSelect: () => void removeData(id) }]}
      />
    </li>
  )
}
