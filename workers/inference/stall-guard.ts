import { BackendError, type Piece } from './backend.ts'

export interface Patience {
  /** Longest wait for the first piece, in milliseconds: queueing, loading and reading the prompt are in it. */
  readonly firstTokenMs: number
  /** Longest wait between two pieces, in milliseconds. */
  readonly tokenMs: number
}

/**
 * Follows a generation and ends it with `backend_stalled` when it goes silent; the backend is let go of. `signal` ends
 * it from outside, with its reason.
 */
export async function* guardAgainstStalls(
  start: (signal: AbortSignal) => AsyncIterable<Piece>,
  patience: Patience,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const stalled = new AbortController()
  const stall = (afterMs: number) => () => {
    const detail = `The model said nothing for ${Math.ceil(afterMs / 1000)} seconds`
    stalled.abort(new BackendError('backend_stalled', detail))
  }
  let timer = setTimeout(stall(patience.firstTokenMs), patience.firstTokenMs)
  let begun = false
  try {
    for await (const piece of start(AbortSignal.any([signal, stalled.signal]))) {
      if (begun) {
        timer.refresh()
      } else {
        begun = true
        clearTimeout(timer)
        timer = setTimeout(stall(patience.tokenMs), patience.tokenMs)
      }
      yield piece
    }
  } finally {
    clearTimeout(timer)
  }
}
