import { entryJoinBytes } from '../../bus/contract/limits.ts'
import { truncate } from '../../bus/contract/text.ts'

/** What of a text fits one entry, and how many pieces of the model it came in. */
export interface Entryful {
  readonly content: string
  readonly pieces: number
}

/** Text that waits for its entry. */
export class HeldText {
  content = ''
  #pieces = 0

  add(piece: string): void {
    this.content += piece
    this.#pieces += 1
  }

  /** At most 4 KiB of it. The pieces of a text that takes several entries are counted with the first. */
  take(): Entryful {
    const taken = { content: entryful(this.content), pieces: this.#pieces }
    this.content = this.content.slice(taken.content.length)
    this.#pieces = 0
    return taken
  }
}

/** As much of a text as surely fits an entry: a code unit takes at most 3 bytes of UTF-8. */
function entryful(text: string): string {
  if (text.length * 3 <= entryJoinBytes || Buffer.byteLength(text) <= entryJoinBytes) return text
  return truncate(text, Math.floor(entryJoinBytes / 3))
}
