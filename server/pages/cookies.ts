/** What the browser's own script remembers for the next page; none of it is trusted further than its pattern. */
export interface Remembered {
  readonly theme: Theme
  readonly timeZone: string
  readonly sidebar: 'open' | 'closed'
}

/** `system` follows the browser's `prefers-color-scheme`. */
export type Theme = 'light' | 'dark' | 'system'

export const remembered = (cookies: string | undefined): Remembered => ({
  theme: themeOf(cookies),
  timeZone: knownTimeZone(cookie(cookies, 'tz')),
  sidebar: cookie(cookies, 'sidebar') === 'closed' ? 'closed' : 'open',
})

/** The theme of a `Cookie` header. */
export function themeOf(cookies: string | undefined): Theme {
  const theme = cookie(cookies, 'theme')
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** The value of one cookie in a `Cookie` header, decoded; undefined where it is absent or not well formed. */
export function cookie(cookies: string | undefined, name: string): string | undefined {
  for (const pair of (cookies ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key !== name || value === undefined) continue
    try {
      return decodeURIComponent(value)
    } catch {
      return undefined
    }
  }
  return undefined
}

function knownTimeZone(name: string | undefined): string {
  if (!name || !/^[A-Za-z0-9_+/-]{1,64}$/.test(name)) return 'UTC'
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}
