/**
 * Text as the wire wants it: lone surrogates become U+FFFD, so that UTF-16 offsets mean the same in every language
 * that counts code units of well-formed text.
 */
export const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed())

/** Cuts text to at most `length` code units without splitting a surrogate pair. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text
  const splitsPair = isHighSurrogate(text.charCodeAt(length - 1)) && isLowSurrogate(text.charCodeAt(length))
  return text.slice(0, splitsPair ? length - 1 : length)
}

/** Control characters other than tab and newline carry no meaning in a message and confuse terminals and readers. */
export const withoutControls = (text: string): string =>
  text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(controls, '')

const controls = /[\p{Cc}--[\t\n]]/gv

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
