import type { BackendError } from '../inference/backend.ts'

/** How far a generation had come when it failed. */
export interface Progress {
  /** All tries so far, this one included. */
  readonly tries: number
  /** Failures before this one since the last new text. */
  readonly failures: number
  /** Since the last new text, or since the first try, in milliseconds. */
  readonly silentMs: number
  readonly hasText: boolean
  /** How long the first token may take, in milliseconds. */
  readonly firstTokenMs: number
}

/** Failures in a row, none of which brought new text, after which text that was begun is gone on from. */
const maxContinuations = 5
/** Tries of one reply in all. */
const maxTries = 60
/** How long tries to get a first token may take unless the backend says that it is loading. */
const firstTokenRetryMs = 15_000
const maxDelayMs = 4_000

/**
 * Whether and when another try makes sense after a failure, in milliseconds; undefined: not at all. Silence before the
 * first token has cost its time already, and what the backend refuses it refuses again. One that loads its model is
 * waited for as long as a first token may take, whether or not there was text before it went away.
 */
export function retryDelayMs(error: BackendError, progress: Progress): number | undefined {
  const { tries, failures, silentMs, hasText, firstTokenMs } = progress
  if (!error.retryable || error.code === 'internal' || tries >= maxTries) return undefined
  const delayMs = error.retryAfterMs ?? Math.min(250 * 2 ** failures, maxDelayMs)
  if (hasText && !error.loading)
    return failures < maxContinuations ? Math.min(delayMs, maxDelayMs) : undefined
  if (error.code === 'backend_stalled') return undefined
  const endsAtMs = error.loading ? firstTokenMs : Math.min(firstTokenMs, firstTokenRetryMs)
  return silentMs + delayMs <= endsAtMs ? delayMs : undefined
}
