/**
 * Every command of the window, written once: the palette, the shortcuts, the list of keys and the hints in menus all read this
 * table. A screen adds its rows here and says with `useCommands` (commands.ts) what they do while it is shown.
 *
 * Keys are written as they are printed: `Ctrl+K`, `Shift+Space`, `Alt+←`, `?`. Ctrl means Command on a Mac. Keys belong to one command
 * alone, whatever the screen. A key without Ctrl or Alt does nothing while one types.
 */
export interface CommandRow {
  readonly title: string
  readonly group: 'Go to' | 'Window' | 'Private images' | 'Data' | 'Runs' | 'Ledger' | 'Forgetting' | 'Review' | 'Help'
  readonly keys?: readonly string[]
}

export const commandTable = {
  'go.data': { title: 'Data', group: 'Go to', keys: ['Ctrl+1'] },
  'go.images': { title: 'Private images', group: 'Go to', keys: ['Ctrl+2'] },
  'go.defects': { title: 'Defects', group: 'Go to', keys: ['Ctrl+3'] },
  'go.forgetting': { title: 'Forgetting', group: 'Go to', keys: ['Ctrl+4'] },
  'go.runs': { title: 'Runs', group: 'Go to', keys: ['Ctrl+5'] },
  'go.ledger': { title: 'Ledger', group: 'Go to', keys: ['Ctrl+6'] },
  'go.review': { title: 'Review', group: 'Go to', keys: ['Ctrl+7'] },
  'go.help': { title: 'Help', group: 'Go to', keys: ['Ctrl+8', 'F1'] },

  'data.folder': { title: 'Import a folder…', group: 'Data', keys: ['Ctrl+I'] },
  'data.file': { title: 'Import a file…', group: 'Data' },
  'data.trash': { title: 'Open the trash', group: 'Data' },

  'images.demo': { title: 'Run the demo', group: 'Private images' },

  'forgetting.collect': { title: 'Collect trajectories…', group: 'Forgetting', keys: ['Ctrl+Shift+L'] },
  'forgetting.import': { title: 'Import an agent…', group: 'Forgetting' },
  'forgetting.train': { title: 'Train an agent…', group: 'Forgetting' },
  'forgetting.unlearn': { title: 'Make an agent forget…', group: 'Forgetting' },
  'forgetting.filter': { title: 'Filter the episodes', group: 'Forgetting', keys: ['/'] },
  'forgetting.verify': { title: 'Verify the report of an audit…', group: 'Forgetting' },

  'review.next': { title: 'Next to review', group: 'Review', keys: ['J'] },
  'review.previous': { title: 'The one before', group: 'Review', keys: ['K'] },
  'review.confirm': { title: 'Confirm', group: 'Review', keys: ['C'] },
  'review.dispute': { title: 'Dispute…', group: 'Review', keys: ['D'] },
  'review.note': { title: 'Note…', group: 'Review', keys: ['N'] },
  'review.undo': { title: 'Withdraw what you said last', group: 'Review', keys: ['U'] },
  'review.open': { title: 'Open a bundle…', group: 'Review', keys: ['Ctrl+Shift+O'] },
  'review.sheet': { title: 'Save the review sheet…', group: 'Review', keys: ['Ctrl+P'] },

  'help.back': { title: 'Back to the page before', group: 'Help', keys: ['Alt+←'] },
  'help.forward': { title: 'Forward again', group: 'Help', keys: ['Alt+→'] },
  'help.diagnostics': { title: 'Diagnostics', group: 'Help' },

  'window.palette': { title: 'Find anything', group: 'Window', keys: ['Ctrl+K', 'Ctrl+Shift+P'] },
  'window.keys': { title: 'Show all keys', group: 'Window', keys: ['?'] },
  'window.rail': { title: 'Fold or unfold the rail', group: 'Window', keys: ['Ctrl+B'] },
  'window.projects': { title: 'Open another project…', group: 'Window', keys: ['Ctrl+O'] },
  'window.theme': { title: 'Change the theme', group: 'Window' },
} as const satisfies Record<string, CommandRow>

export type CommandId = keyof typeof commandTable

/** Keys that the system's own menu answers (electron/menu.ts): listed with the others, and taken. */
export const menuKeys: readonly { readonly title: string; readonly keys: readonly string[] }[] = [
  { title: 'Larger', keys: ['Ctrl++'] },
  { title: 'Smaller', keys: ['Ctrl+−'] },
  { title: 'Usual size', keys: ['Ctrl+0'] },
  { title: 'Whole screen', keys: ['F11'] },
  { title: 'Quit; a run stops at its next step and can be resumed', keys: ['Ctrl+Q'] },
]

const rows: Readonly<Record<CommandId, CommandRow>> = commandTable

export const rowOf = (id: CommandId): CommandRow => rows[id]

/** The keys to print beside a command, where it has any. */
export const keysOf = (id: CommandId): string | undefined => rowOf(id).keys?.[0]
