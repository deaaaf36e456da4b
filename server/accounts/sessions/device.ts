/** Longest name of a device, in UTF-16 code units. */
const longest = 80

/**
 * What a browser says of itself, short enough for a list of sessions: `Firefox on Linux`. Nothing depends on it being
 * true. Undefined where it says nothing.
 */
export function deviceOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined || userAgent.trim() === '') return undefined
  const browser = nameIn(userAgent, browsers)
  const system = nameIn(userAgent, systems)
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`
  return browser ?? system ?? userAgent.slice(0, longest)
}

const nameIn = (userAgent: string, known: readonly (readonly [string, RegExp])[]): string | undefined =>
  known.find(([, pattern]) => pattern.test(userAgent))?.[0]

/** In this order, since most say that they are also those further down. */
const browsers = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|HeadlessChrome|Chromium|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const

const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const
