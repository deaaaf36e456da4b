import { remember } from './cookies.ts'

/** Tells the server in which zone its times are read, and has the list grouped anew where it did not know. */
export function rememberTimeZone(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const isKnown = document.cookie.split('; ').includes(`tz=${encodeURIComponent(timeZone)}`)
  if (isKnown) return
  remember('tz', timeZone)
  document.body.dispatchEvent(new CustomEvent('companions:refresh'))
}
