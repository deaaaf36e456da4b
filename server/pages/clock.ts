import type { Html } from './html.ts'
import { html } from './html.ts'

/** The reader's time: now, in Unix milliseconds, and where. */
export interface Clock {
  readonly now: number
  /** An IANA name that `Intl` knows. */
  readonly timeZone: string
}

/** A moment as the reader's wall clock shows it, with the whole date for whoever asks. */
export function timeOf(at: number, clock: Clock): Html {
  const { time, full } = formats(clock.timeZone)
  return html`<time datetime="${new Date(at).toISOString()}" title="${full.format(at)}">${time.format(at)}</time>`
}

/** A moment in words, past or to come: `today at 14:05`, `12 Nov 2026`; with the whole date for whoever asks. */
export function timeWords(at: number, clock: Clock): Html {
  const { time, full, day, date } = formats(clock.timeZone)
  const words = day.format(at) === day.format(clock.now) ? `today at ${time.format(at)}` : date.format(at)
  return html`<time datetime="${new Date(at).toISOString()}" title="${full.format(at)}">${words}</time>`
}

/** The reader's hour of the day, 0 to 23. */
export const hourOf = (clock: Clock): number => Number(formats(clock.timeZone).hour.format(clock.now))

/** The heading a conversation of that moment stands under: Today, Yesterday, …, or a month. */
export function dayHeading(at: number, clock: Clock): string {
  const { day, month, monthOfYear } = formats(clock.timeZone)
  const days = Math.round((utcDay(day.format(clock.now)) - utcDay(day.format(at))) / dayMs)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return 'Last 7 days'
  if (days < 30) return 'Last 30 days'
  const isThisYear = day.format(at).slice(0, 4) === day.format(clock.now).slice(0, 4)
  return (isThisYear ? month : monthOfYear).format(at)
}

const dayMs = 86_400_000

/** Days are counted on the calendar, since a day of a time zone may have 23 or 25 hours. */
const utcDay = (isoDay: string): number => Date.parse(`${isoDay}T00:00:00Z`)

interface Formats {
  readonly time: Intl.DateTimeFormat
  readonly full: Intl.DateTimeFormat
  readonly hour: Intl.DateTimeFormat
  /** `2026-11-21`. */
  readonly day: Intl.DateTimeFormat
  /** `21 Nov 2026`. */
  readonly date: Intl.DateTimeFormat
  readonly month: Intl.DateTimeFormat
  readonly monthOfYear: Intl.DateTimeFormat
}

/** Making a format costs more than a page, so the latest few zones keep theirs. */
const known = new Map<string, Formats>()
const mostKnown = 64

function formats(timeZone: string): Formats {
  const found = known.get(timeZone)
  if (found) return found
  if (known.size >= mostKnown) known.clear()
  const made = {
    time: new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
    full: new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'short' }),
    hour: new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }),
    date: new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium' }),
    month: new Intl.DateTimeFormat('en-GB', { timeZone, month: 'long' }),
    monthOfYear: new Intl.DateTimeFormat('en-GB', { timeZone, month: 'long', year: 'numeric' }),
  }
  known.set(timeZone, made)
  return made
}
