import { truncate } from '../../bus/contract/text.ts'

/** Characters that mean nothing in a reply; one of them (NUL) can't even be stored. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g

/**
 * The text of a reply as a backend's pieces build it up: well-formed also where a surrogate pair is split between two
 * pieces, without control characters, and no longer than `limit` code units.
 */
export class ReplyText {
  readonly #limit: number
  #high = ''
  text: string

  constructor(begun: string, limit: number) {
    this.text = begun
    this.#limit = limit
  }

  get full(): boolean {
    return this.text.length >= this.#limit
  }

  /** Takes a piece and gives what of it is certain. */
  take(piece: string): string {
    let fresh = this.#high + piece
    this.#high = ''
    if (isHighSurrogate(fresh.charCodeAt(fresh.length - 1))) {
      this.#high = fresh.slice(-1)
      fresh = fresh.slice(0, -1)
    }
    return this.#append(fresh)
  }

  /** Forgets a half pair: the call that sent it failed, and the next one begins after whole characters. */
  forgetHalf(): void {
    this.#high = ''
  }

  /** A half pair at the end of all becomes U+FFFD. */
  end(): string {
    const rest = this.#high
    this.#high = ''
    return this.#append(rest)
  }

  #append(raw: string): string {
    const clean = raw.toWellFormed().replace(controls, '')
    const fresh = truncate(clean, this.#limit - this.text.length)
    this.text += fresh
    return fresh
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
