/** All keys, from the table of commands. */
import { commandTable, menuKeys, rowOf, type CommandId } from '../app/command-table.ts'
import { Keys } from '../ui/keys.tsx'

interface KeyRow {
  readonly title: string
  readonly keys: readonly string[]
}

function keyGroups(): ReadonlyMap<string, readonly KeyRow[]> {
  const groups = new Map<string, KeyRow[]>()
  const add = (group: string, row: KeyRow) => groups.set(group, [...(groups.get(group) ?? []), row])
  for (const id of Object.keys(commandTable) as CommandId[]) {
    const { title, group, keys = [] } = rowOf(id)
    if (keys.length > 0) add(group, { title, keys })
  }
  for (const row of menuKeys) add('Window', row)
  return groups
}

export function KeyList() {
  return (
    // The list may be longer than its dialog: it takes the focus, so that the arrow keys scroll it.
    <div className="key-list" role="group" aria-label="Keys by group" tabIndex={0}>
      {[...keyGroups()].map(([group, rows]) => (
        <section key={group} aria-label={group}>
          <h2>{group}</h2>
          <dl>
            {rows.map(({ title, keys }) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd>
                  {keys.map((key) => (
                    <Keys key={key} keys={key} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
