import { BackendError, type Hear } from './backend.ts'

export interface Patience {
  /** Longest wait for the first piece, in milliseconds: queueing, loading and reading the prompt are in it. */
  readonly firstTokenMs: number
  /** Longest wait between two pieces, in milliseconds. */
  readonly tokenMs: number
}

export interface Guarded {
  readonly patience: Patience
  /** Ends the generation from outside, with its reason. */
  readonly signal: AbortSignal
  readonly hear: Hear
}

/**
 * Lets a generation run and ends it when it goes silent; the backend is let go of.
 *
 * @throws BackendError `backend_stalled`, or what the generation throws.
 */
export async function guardAgainstStalls(
  generation: (signal: AbortSignal, hear: Hear) => Promise<void>,
  { patience, signal, hear }: Guarded,
): Promise<void> {
  const stalled = new AbortController()
  const wait = (afterMs: number): Wait =>
    startWait(afterMs, () => {
      const detail = `The model said nothing for ${Math.ceil(afterMs / 1000)} seconds`
      stalled.abort(new BackendError('backend_stalled', detail))
    })
  let waiting = wait(patience.firstTokenMs)
  let begun = false
  const heard: Hear = (piece) => {
    if (begun) {
      waiting.beginAgain()
    } else {
      begun = true
      waiting.stop()
      waiting = wait(patience.tokenMs)
    }
    return hear(piece)
  }
  try {
    await generation(AbortSignal.any([signal, stalled.signal]), heard)
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
