/** Whether data is about people or secrets. */
import { Tag } from '../ui/controls.tsx'

export function SensitiveTag({ sensitive }: { readonly sensitive: boolean }) {
  return sensitive ? (
    <Tag meaning="sensitive" icon="eye">
      sensitive
    </Tag>
  ) : (
    <Tag>public</Tag>
  )
}
