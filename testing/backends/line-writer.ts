import type { ServerResponse } from 'node:http'

export type LineWriter = { write: (line: string) => void; end: () => void }

/** Writes each call as one HTTP chunk, as the real backends do. */
export function wholeWriter(response: ServerResponse): LineWriter {
  return { write: (line) => response.write(line), end: () => response.end() }
}

/**
 * Cuts what is written into chunks of `pieceBytes`, wherever that falls, and sends one per turn of the event
 * loop: so each is a packet of its own, and a reader gets them one by one.
 */
export function slicedWriter(response: ServerResponse, pieceBytes: number): LineWriter {
  let waiting = Buffer.alloc(0)
  let ending = false
  let running = false
  const sendNext = (): void => {
    const piece = waiting.subarray(0, pieceBytes)
    waiting = waiting.subarray(pieceBytes)
    if (piece.length > 0) response.write(piece)
    running = waiting.length > 0 && !response.destroyed
    if (running) setImmediate(sendNext)
    else if (ending) response.end()
  }
  const start = (): void => {
    if (running) return
    running = true
    setImmediate(sendNext)
  }
  return {
    write: (line) => {
      waiting = Buffer.concat([waiting, Buffer.from(line)])
      start()
    },
    end: () => {
      ending = true
      start()
    },
  }
}
