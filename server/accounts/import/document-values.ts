import { CodedError } from '../../../bus/contract/errors.ts'
import { wellFormed, withoutControls } from '../../../bus/contract/text.ts'

/** @param why - a sentence without its end mark, for whoever chose the file; never with what stands in it. */
export const refused = (why: string): CodedError => new CodedError('request_invalid', why)

/** Text as the house keeps it; what is absent is empty. */
export const cleaned = (text: string | null | undefined): string => withoutControls(wellFormed(text ?? ''))

/** @param most - in UTF-16 code units. @throws CodedError `request_invalid` past it. */
export function textFrom(text: string | null | undefined, most: number, what: string): string {
  const clean = cleaned(text)
  if (clean.length <= most) return clean
  throw refused(`${what} has more than ${most.toLocaleString('en')} characters`)
}

/** @returns Unix milliseconds, from 1970 to `now`. @throws CodedError `request_invalid` for what names no time. */
export function timeFrom(text: string, { where, now }: { where: string; now: number }): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw refused(`A time of ${where} is none`)
  return Math.min(Math.max(time, 0), now)
}
