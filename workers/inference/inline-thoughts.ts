import type { Piece } from './backend.ts'

const open = '<think>'
const close = '</think>'

/** Most code units held at the head: a model may send spaces for ever, and a tag never comes that late. */
const maxHead = 1_000

/**
 * Parts `<think>…</think>` at the head of an answer from its text, for backends that leave the model's tags in.
 * Anywhere else the tags are text: people talk about them.
 */
export class InlineThoughts {
  #state: 'head' | 'thinking' | 'gap' | 'text'
  #held = ''

  /** @param begun the answer so far: one that goes on has no head. */
  constructor(begun: string) {
    this.#state = begun === '' ? 'head' : 'text'
  }

  /** The pieces that are certain after this text; the rest is held until more comes. */
  push(text: string): Piece[] {
    if (this.#state === 'text') return text === '' ? [] : [{ kind: 'text', text }]
    this.#held += text
    const pieces: Piece[] = []
    if (this.#state === 'head') this.#leaveHead()
    if (this.#state === 'thinking') this.#think(pieces)
    if (this.#state === 'gap') this.#leaveGap()
    if (this.#inText) this.#give(pieces, 'text')
    return pieces
  }

  /** What was held when the answer ended. */
  end(): Piece[] {
    const pieces: Piece[] = []
    if (this.#state !== 'gap') this.#give(pieces, this.#state === 'thinking' ? 'thought' : 'text')
    return pieces
  }

  get #inText(): boolean {
    return this.#state === 'text'
  }

  #leaveHead(): void {
    const start = this.#held.trimStart()
    if (start.startsWith(open)) {
      this.#held = start.slice(open.length)
      this.#state = 'thinking'
    } else if (!open.startsWith(start) || this.#held.length > maxHead) {
      this.#state = 'text'
    }
  }

  #think(pieces: Piece[]): void {
    const end = this.#held.indexOf(close)
    const sure = end >= 0 ? end : this.#held.length - tailInCommon(this.#held, close)
    if (sure > 0) pieces.push({ kind: 'thought', text: this.#held.slice(0, sure) })
    this.#held = this.#held.slice(end >= 0 ? end + close.length : sure)
    if (end >= 0) this.#state = 'gap'
  }

  #leaveGap(): void {
    this.#held = this.#held.trimStart()
    if (this.#held !== '') this.#state = 'text'
  }

  #give(pieces: Piece[], kind: 'text' | 'thought'): void {
    if (this.#held !== '') pieces.push({ kind, text: this.#held })
    this.#held = ''
  }
}

/** How many of the last code units of `text` could be the beginning of `word`. */
function tailInCommon(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length -= 1) {
    if (word.startsWith(text.slice(-length))) return length
  }
  return 0
}
