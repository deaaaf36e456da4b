import { StringDecoder } from 'node:string_decoder'
import { BackendError } from './backend.ts'
import { type Call, type Reply, readChunks } from './http.ts'

/** Longest line a backend may send, in UTF-16 code units. Past it: `backend_malformed`. */
const maxLineLength = 1024 * 1024

/** What makes sense of a streamed answer, line by line. */
export interface LineReader {
  /** Whether the answer is over, or its listener has enough. */
  readonly ended: boolean
  read(line: string): void
  /** Takes what follows the last line end, once the body is over. */
  finish(rest: string): void
}

/** Hands a streamed answer to its reader until that has read the end. @throws what the reader or the stream throws. */
export async function followLines(call: Call, reply: Reply, reader: LineReader): Promise<void> {
  const cutter = new LineCutter()
  await readChunks(call, reply, (chunk) => {
    for (const line of cutter.push(chunk)) {
      reader.read(line)
      if (reader.ended) return true
    }
    return false
  })
  if (!reader.ended) reader.finish(cutter.rest())
}

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
