/** Where the window may be: on its own page, and nowhere else. */

export const pageUrl = 'app://lethe/index.html'

/**
 * True for the page itself, with any fragment. Compared as text after parsing, never by prefix: `app://lethe.evil/` and
 * `app://lethe@evil/` must fail.
 */
export function isOwnPage(url: string): boolean {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return false
  }
  parsed.hash = ''
  return parsed.href === pageUrl
}

/** The page may be loaded again (reload); everything else stays outside, also addresses of the same scheme. */
export const mayNavigate = isOwnPage
