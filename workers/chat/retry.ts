import type { BackendError } from '../inference/backend.ts'

/** How far a generation had come when it failed. */
export interface Progress {
  /** Failures before this one. */
  readonly failures: number
  /** Since the first try, in milliseconds. */
  readonly elapsedMs: number
  readonly hasText: boolean
  /** How long the first token may take, in milliseconds. */
  readonly firstTokenMs: number
}

/** Failures after which text that was begun is gone on from. */
const maxContinuations = 5
/** Tries to get a first token, and how long they may take in all unless the backend says that it is loading. */
const maxTries = 60
const firstTokenRetryMs = 15_000
const maxDelayMs = 4_000

/**
 * Whether and when another try makes sense after a failure, in milliseconds; undefined: not at all. Silence before the
 * first token has cost its time already, and what the backend refuses it refuses again.
 */
export function retryDelayMs(error: BackendError, progress: Progress): number | undefined {
  const { failures, elapsedMs, hasText, firstTokenMs } = progress
  if (!error.retryable || error.code === 'internal') return undefined
  const delayMs = error.retryAfterMs ?? Math.min(250 * 2 ** failures, maxDelayMs)
  if (hasText) return failures < maxContinuations ? Math.min(delayMs, maxDelayMs) : undefined
  if (error.code === 'backend_stalled' || failures >= maxTries) return undefined
  const endsAtMs = error.loading ? firstTokenMs : Math.min(firstTokenMs, firstTokenRetryMs)
  return elapsedMs + delayMs <= endsAtMs ? delayMs : undefined
}
