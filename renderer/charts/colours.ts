/** Colours of data: Okabe and Ito's, which stay apart for every kind of colour vision. The tokens have them for both themes. */

const count = 8

/** For a stroke or fill in the page; a canvas needs `resolveColour`. The ninth is the first again. */
export const seriesColour = (index: number): string => `var(--data-${(index % count) + 1})`

/** Whether a colour has been given before: such a line is dotted as well. */
export const isSecondRound = (index: number): boolean => index >= count

/** A colour as a canvas understands it: `var(--name)` becomes what it stands for now. */
export function resolveColour(colour: string, style = getComputedStyle(document.documentElement)): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1]
  return name === undefined ? colour : style.getPropertyValue(name).trim()
}
