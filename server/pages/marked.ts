import type { Html } from './html.ts'
import { html } from './html.ts'

/** Most words of a query that are marked. */
const mostWords = 8

/** Text with the words of a query marked wherever they stand, whatever their case and accents. */
export function marked(text: string, query: string): Html | string {
  const words = fold(query).text.split(/\s+/).filter(Boolean).slice(0, mostWords)
  if (words.length === 0) return text
  const folded = fold(text)
  const pieces: (Html | string)[] = []
  let done = 0
  for (const { start, end } of joined(words.flatMap((word) => places(folded, word)))) {
    pieces.push(text.slice(done, start), html`<mark>${text.slice(start, end)}</mark>`)
    done = end
  }
  return html`${pieces}${text.slice(done)}`
}

interface Folded {
  readonly text: string
  /** For every unit of `text`, where what it came from begins in the original; one more for the end. */
  readonly origins: readonly number[]
}

function fold(original: string): Folded {
  let text = ''
  const origins: number[] = []
  let at = 0
  for (const character of original) {
    const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    for (let unit = 0; unit < plain.length; unit += 1) origins.push(at)
    text += plain
    at += character.length
  }
  return { text, origins: [...origins, at] }
}

interface Span {
  readonly start: number
  readonly end: number
}

function places({ text, origins }: Folded, word: string): Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const start = origins[at] ?? 0
    spans.push({ start, end: Math.max(start + 1, origins[at + word.length] ?? start) })
  }
  return spans
}

/** Spans in order, overlapping ones as one. */
function joined(spans: readonly Span[]): Span[] {
  const apart: Span[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1)
    if (last && span.start <= last.end)
      apart[apart.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    else apart.push(span)
  }
  return apart
}
