/**
 * Text as the wire wants it: lone surrogates become U+FFFD, so that UTF-16 offsets mean the same in every language
 * that counts code units of well-formed text.
 */
export const wellFormed = (text: string): string => text.toWellFormed()

/** Cuts text to at most `length` code units without splitting a surrogate pair. */
export function truncate(text: string, length: number): string {
  // Only of a pair's first unit is the code point beyond what one unit holds.
  const splitsPair = (text.codePointAt(length - 1) ?? 0) > 0xffff
  return text.slice(0, splitsPair ? length - 1 : length)
}

/** Control characters other than tab and newline carry no meaning in a message and confuse terminals and readers. */
export const withoutControls = (text: string): string => text.replace(/\r\n?/g, '\n').replace(controls, '')

const controls = /[\p{Cc}--[\t\n]]/gv
