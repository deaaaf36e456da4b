import { truncate } from '../../bus/contract/text.ts'
import { SpokenText } from './spoken-text.ts'

/** What is said at once: without marks that nobody says, and where in the answer it ends, in UTF-16 code units. */
export interface SpokenPiece {
  readonly text: string
  readonly end: number
}

/** The first piece has at most so many words, so that something is heard soon. */
const firstWords = 4
/** Later ones are sentences of at least so many code units, and none is longer than the other number. */
const leastLength = 20
const mostLength = 240

/** Cuts an answer into pieces to be said while its text still comes. */
export class SpokenPieces {
  readonly #pieces: SpokenPiece[] = []
  #text = ''
  #spoken = new SpokenText('', 0)
  #held = 0

  get all(): readonly SpokenPiece[] {
    return this.#pieces
  }

  /** The first `count` pieces have been said: whatever becomes of the text, they stay. */
  hold(count: number): void {
    this.#held = count
  }

  /** The text so far. One that is shorter than before is being read again, and brings nothing until it is not. */
  show(text: string): void {
    if (!this.#text.startsWith(text)) this.#take(text, false)
  }

  /** The whole text. */
  end(text: string): void {
    this.#take(text, true)
  }

  #take(text: string, isWhole: boolean): void {
    if (!text.startsWith(this.#text)) this.#beginAgain(text)
    this.#text = text
    for (let before = -1; this.#spoken.at > before; ) {
      before = this.#spoken.at
      this.#spoken.read(text, isWhole)
      this.#cut(isWhole && this.#spoken.at === text.length)
    }
  }

  /** @param isAll nothing is to be said after what was read. */
  #cut(isAll: boolean): void {
    for (let length = this.#next(isAll); length > 0; length = this.#next(isAll)) {
      const end = this.#spoken.endOf(length)
      this.#pieces.push({ text: this.#spoken.take(length), end })
    }
  }

  /** The text was cut, or is another one: what of it was not said is cut anew, from where it differs. */
  #beginAgain(text: string): void {
    const same = sameLength(text, this.#text)
    const kept = this.#pieces.filter(({ end }, index) => index < this.#held || end <= same)
    this.#pieces.splice(kept.length)
    this.#spoken = new SpokenText(text, Math.min(text.length, kept.at(-1)?.end ?? 0))
  }

  /** @returns the length of the next piece of what is to be said; 0 where that is not known yet. */
  #next(isAll: boolean): number {
    const { spoken } = this.#spoken
    const ends = this.#pieces.length === 0 ? firstEnds(spoken) : sentenceEnds(spoken)
    const wanted = [...ends].find((length) => length <= mostLength && this.#mayEnd(length))
    if (wanted !== undefined) return wanted
    if (spoken.length > mostLength + 2) return this.#longest()
    return isAll && canBeSaid(spoken) ? spoken.length : 0
  }

  /** A sentence that is too long ends where one could breathe, else between two words, else anywhere. */
  #longest(): number {
    const { spoken } = this.#spoken
    const head = spoken.slice(0, mostLength)
    for (const breath of [clause, /\s/g]) {
      const ends = [...head.matchAll(breath)].map((match) => match.index + match[0].length)
      const last = ends.findLast((length) => this.#mayEnd(length))
      if (last !== undefined) return last
    }
    const { length } = truncate(spoken, mostLength)
    for (let shorter = length; shorter > 0; shorter -= 1) if (this.#spoken.endOf(shorter) >= 0) return shorter
    return spoken.length
  }

  #mayEnd(length: number): boolean {
    return this.#spoken.endOf(length) >= 0 && canBeSaid(this.#spoken.spoken.slice(0, length))
  }
}

/** There is a letter or a digit in it. */
const canBeSaid = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

const clause = /[,;:–—](?=\s)|[，、；：]|[.!?…]+["”’')\]]*(?=\s)|[。！？]+["”’')\]」』]*/g
const sentence = /[.!?…]+["”’')\]]*(?=\s)|[。！？]+["”’')\]」』]*/g
/** A full stop behind these ends no sentence: initials, a point's number, words that are mostly written short. */
const short = /(?:^|[\s(])(?:\p{Lu}|\d{1,3}|Dr|Mrs?|Ms|Prof|St|vs|etc|ca|e\.g|i\.e|z\.B|d\.h|bzw|Nr)\.$/u

function* sentenceEnds(spoken: string): Iterable<number> {
  for (const match of spoken.matchAll(sentence)) {
    const length = match.index + match[0].length
    if (length >= leastLength && !short.test(spoken.slice(0, length))) yield length
  }
}

/** At the first comma, or before the fifth word. */
function* firstEnds(spoken: string): Iterable<number> {
  const words =
    new RegExp(`^\\s*(?:\\S+\\s+){${firstWords - 1}}\\S+(?=\\s+\\S)`).exec(spoken)?.[0].length ?? Infinity
  for (const match of spoken.matchAll(clause)) {
    const length = match.index + match[0].length
    if (length > words) break
    if (!short.test(spoken.slice(0, length))) yield length
  }
  if (words < Infinity) yield words
}

function sameLength(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  return at
}
