import type { FinishReason, Usage } from '../../bus/contract/chat.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type Backend, BackendError, type GenerateRequest } from '../inference/backend.ts'
import { guardAgainstStalls, type Patience } from '../inference/stall-guard.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'
import { GenerationState } from './generation-state.ts'
import { retryDelayMs } from './retry.ts'
import type { LogWriter } from './writer.ts'

export interface Generation {
  readonly backend: Backend
  readonly request: GenerateRequest
  /** The thoughts before `request.begun`; empty for a new answer. */
  readonly begunThoughts: string
  /** Tokens that what was begun took at least. */
  readonly begunTokens: number
  /** Why the backend has not said yet whether it goes on with `request.begun`. */
  readonly doubt: BackendError | undefined
  readonly writer: Pick<LogWriter, 'text' | 'thought'>
  readonly patience: Patience
  /** In code units, of text and of thoughts each. */
  readonly maxLength: number
  /** Aborted when somebody wants the generation to end: a cancel, a drain, the loss of the log. */
  readonly signal: AbortSignal
}

export interface Generated {
  readonly text: string
  readonly thoughts: string
  /** Empty unless one call wrote all of text and thoughts: a backend counts only what it added. */
  readonly usage: Usage
  /** On the clock of `performance.now()`. */
  readonly firstTextAtMs: number | undefined
  readonly end:
    | { readonly kind: 'finished'; readonly reason: FinishReason }
    | { readonly kind: 'failed'; readonly error: CodedError }
    /** `signal` aborted. */
    | { readonly kind: 'stopped' }
}

/**
 * Lets the backend answer and hands every piece to the writer. A failure before any text is tried again for a bounded
 * time; one after it is gone on from, where the backend can; otherwise it is the end, and the text so far stays.
 */
export async function generate(generation: Generation): Promise<Generated> {
  const state = new GenerationState(generation)
  let failures = 0
  let silentSinceMs = performance.now()
  for (let tries = 1; ; tries += 1) {
    const { length } = state.reply.text
    const error = await runOnce(generation, state)
    if (generation.signal.aborted) return state.result({ kind: 'stopped' })
    if (error === undefined) return state.result(ending(state))
    if (state.reply.text.length > length) {
      failures = 0
      silentSinceMs = performance.now()
    }
    const delayMs = retryDelayMs(error, {
      tries,
      failures,
      silentMs: performance.now() - silentSinceMs,
      hasText: state.reply.text !== '',
      firstTokenMs: generation.patience.firstTokenMs,
    })
    if (delayMs === undefined || !state.canRetry) return state.result({ kind: 'failed', error })
    failures += 1
    await pauseUnlessAborted(delayMs, generation.signal)
  }
}

/** One call of the backend. @returns what went wrong, if anything. */
async function runOnce(generation: Generation, state: GenerationState): Promise<BackendError | undefined> {
  const { backend, request, patience, signal } = generation
  try {
    const begun = state.beginCall()
    const maxTokens = begun === '' ? request.maxTokens : state.tokensLeft
    if (maxTokens !== undefined && maxTokens <= 0) {
      state.reason = 'length'
      return undefined
    }
    if (state.isInDoubt && !(await state.confirmContinuing())) return state.lastError
    await guardAgainstStalls((own, hear) => backend.generate({ ...request, begun, maxTokens }, own, hear), {
      patience,
      signal,
      hear: (piece) => state.take(piece),
    })
    state.close()
    return undefined
  } catch (error) {
    const fault = error instanceof BackendError ? error : unexpected(error)
    state.reply.forgetHalf()
    state.lastError = fault
    return fault
  }
}

const unexpected = (cause: unknown): BackendError =>
  new BackendError('internal', 'The worker failed while the model answered', { cause })

function ending(state: GenerationState): Generated['end'] {
  if (state.reply.text !== '') return { kind: 'finished', reason: state.reason }
  const detail =
    state.reason === 'length' && state.thoughts !== ''
      ? 'The model used up its length on thinking, before any answer'
      : 'The model gave an empty answer'
  return { kind: 'failed', error: new CodedError('backend_failed', detail) }
}
