import { StringDecoder } from 'node:string_decoder'
import { BackendError } from './backend.ts'

/** Longest line a backend may send, in UTF-16 code units. Past it: `backend_malformed`. */
const maxLineLength = 1024 * 1024

/**
 * Cuts a byte stream into lines; a line or a character may be spread over any number of chunks.
 *
 * @throws BackendError `backend_malformed` from `push` when a line grows past 1 Mi code units.
 */
export class LineCutter {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** The lines that this chunk completes, without their ends. */
  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > maxLineLength || lines.some((line) => line.length > maxLineLength)) {
      throw new BackendError('backend_malformed', 'The model backend sent a line that is too long')
    }
    return lines
  }

  /** What follows the last line end; empty when the stream ended cleanly. */
  rest(): string {
    return this.#rest + this.#decoder.end()
  }
}
