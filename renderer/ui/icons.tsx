/** Sixteen-pixel line icons, drawn for this application. Decorative: the words beside them carry the meaning. */

const paths = {
  data: 'M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2Zm0 0v4c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4m-11 4v4c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V8',
  images: 'M2.5 2.5h11v11h-11zM2.5 11l3.2-3.4 2.6 2.6 1.7-1.6 3.5 3.2M10.4 5.6h.01',
  defects: 'M8 2 13.5 5v6L8 14 2.5 11V5L8 2Zm0 12V8m0 0L2.5 5M8 8l5.5-3',
  forgetting: 'M2 12.5c2.2 0 2.2-9 5-9s2.2 9 4.6 9c1.2 0 1.9-1.3 2.4-2.8M12 3.5h.01M14 6h.01',
  runs: 'M2 13.5h12M3.5 11V8.5M6.5 11V5M9.5 11V7M12.5 11V2.5',
  ledger: 'M4 2h8.5v12H4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 2Zm1.8 3.5h4M5.8 8h4M5.8 10.5h2.4',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.3a1.7 1.7 0 1 1 2.6 1.45C8.2 8.2 8 8.5 8 9.2M8 11.3h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8 5 3.2Z',
  stop: 'M4 4h8v8H4z',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  close: 'm4 4 8 8m0-8-8 8',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  warning: 'M8 2.5 14.2 13.2H1.8L8 2.5Zm0 4.3v3M8 11.5h.01',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8Zm6.5 1.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
  offline: 'M8 1.8 3 3.7v3.8c0 3.2 2.1 5.5 5 6.7 2.9-1.2 5-3.5 5-6.7V3.7L8 1.8Zm-2 6 1.5 1.6L10.2 6.5',
  rail: 'M2.5 3h11v10h-11zM6 3v10',
  folder: 'M2 4.5V12c0 .6.4 1 1 1h10c.6 0 1-.4 1-1V6.5c0-.6-.4-1-1-1H8L6.5 3.5H3c-.6 0-1 .4-1 1Z',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  forward: 'm6.5 3.5 4.5 4.5-4.5 4.5',
  system: 'M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3',
  light:
    'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  dark: 'M13.5 9.6A5.7 5.7 0 0 1 6.4 2.5a5.7 5.7 0 1 0 7.1 7.1Z',
  minus: 'M3.5 8h9',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5v3.7M8 4.9h.01',
  undo: 'm5.5 3-3 3 3 3M2.5 6h7.3a3.7 3.7 0 0 1 0 7.4H6',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  up: 'm4 10 4-4 4 4',
  down: 'm4 6 4 4 4-4',
  plus: 'M8 3.5v9M3.5 8h9',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7.2v3.6M9.3 7.2v3.6',
  bring: 'M8 2.5v7.2M4.8 6.7 8 9.9l3.2-3.2M2.5 10.5v3h11v-3',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

/** The mark: a river, seen from above, running out. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d="M1.5 6.2c2.8-2.6 5.7-2.6 8.5 0s5.7 2.6 8.5 0" />
      <path d="M1.5 10.8c2.8-2.6 5.7-2.6 8.5 0 1.7 1.6 3.4 2.2 5.1 1.85" />
      <path d="M1.5 15.4c2.3-2.13 4.65-2.51 6.95-1.14" />
    </svg>
  )
}
