import { truncate } from '../../bus/contract/text.ts'
import { fold } from './fold.ts'

/** Code units of the message in a snippet, its ellipses not counted, and how many of them stand before the hit. */
const snippetLength = 120
const leadLength = 40

/** Code units folded at once while looking for where a hit stands. */
const stepLength = 256

/** The surroundings of the first of these folded words that stands in a message, in one line. */
export function snippetOf(content: string, words: readonly string[]): string | undefined {
  const text = content.replace(/\s+/gu, ' ').trim()
  const folded = fold(text)
  const places = words.map((word) => folded.indexOf(word)).filter((place) => place >= 0)
  if (places.length === 0) return undefined
  const hit = unfoldedPlace(text, Math.min(...places))
  const start = wordStart(text, hit - leadLength)
  const part = truncate(text.slice(start), snippetLength)
  const end = start + part.length
  return `${start > 0 ? '…' : ''}${part.trim()}${end < text.length ? '…' : ''}`
}

/** Folding changes lengths ("ﬁ" to "fi", "é" to "e"), so the place is found again by folding piece by piece. */
function unfoldedPlace(text: string, foldedPlace: number): number {
  let place = 0
  let passed = 0
  for (const length of [stepLength, 1]) {
    while (place < text.length) {
      const piece = truncateAtLeastOne(text.slice(place, place + length + 1), length)
      const foldedLength = fold(piece).length
      if (passed + foldedLength > foldedPlace) break
      place += piece.length
      passed += foldedLength
    }
  }
  return place
}

/** As `truncate`, but a pair that alone is too long stays. */
const truncateAtLeastOne = (text: string, length: number): string => truncate(text, length) || text

/** The first word that begins at or after a place; the place itself where that is too far. */
function wordStart(text: string, place: number): number {
  if (place <= 0) return 0
  const space = text.indexOf(' ', place)
  const start = space === -1 || space - place > leadLength / 2 ? place : space + 1
  const splitsPair =
    /[\udc00-\udfff]/.test(text.charAt(start)) && /[\ud800-\udbff]/.test(text.charAt(start - 1))
  return splitsPair ? start + 1 : start
}
