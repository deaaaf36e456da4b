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
  const wait = (afterMs: number): Wait =>
    startWait(afterMs, () => {
      const detail = `The model said nothing for ${Math.ceil(afterMs / 1000)} seconds`
      stalled.abort(new BackendError('backend_stalled', detail))
    })
  let waiting = wait(patience.firstTokenMs)
  let begun = false
  try {
    for await (const piece of start(AbortSignal.any([signal, stalled.signal]))) {
      if (begun) {
        waiting.beginAgain()
      } else {
        begun = true
        waiting.stop()
        waiting = wait(patience.tokenMs)
      }
      yield piece
    }
  } finally {
    waiting.stop()
  }
}

interface Wait {
  beginAgain(): void
  stop(): void
}

/**
 * A wait is counted in this many ticks. A process that was frozen and wakes counts one, whatever the clock says, and
 * reads what its model said meanwhile before the next: a single timer would be over before that.
 */
const ticksPerWait = 10

function startWait(afterMs: number, onOver: () => void): Wait {
  let ticks = 0
  const ticker = setInterval(() => {
    ticks += 1
    if (ticks < ticksPerWait) return
    clearInterval(ticker)
    onOver()
  }, afterMs / ticksPerWait)
  return {
    beginAgain: () => {
      ticks = 0
    },
    stop: () => clearInterval(ticker),
  }
}
