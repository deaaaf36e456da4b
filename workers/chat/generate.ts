import type { FinishReason, Usage } from '../../bus/contract/chat.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type Backend, BackendError, type GenerateRequest, type Piece } from '../inference/backend.ts'
import { guardAgainstStalls, type Patience } from '../inference/stall-guard.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { ReplyText } from './reply-text.ts'
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

class GenerationState {
  readonly reply: ReplyText
  readonly #generation: Generation
  readonly #thoughts: ReplyText
  #thoughtUnits: number
  #pieces: number
  #beganAtNothing = true
  #firstTextAtMs: number | undefined
  #usage: Usage = {}
  reason: 'stop' | 'length' = 'stop'
  lastError: BackendError | undefined
  canRetry = true

  constructor(generation: Generation) {
    this.#generation = generation
    this.reply = new ReplyText(generation.request.begun, generation.maxLength)
    this.#thoughts = new ReplyText(generation.begunThoughts, generation.maxLength)
    this.#thoughtUnits = generation.begunThoughts.length
    this.#pieces = generation.begunTokens
    this.lastError = generation.doubt
  }

  /**
   * Backends count only what they add, and say how much when they end; what stands counts against the limit too. A
   * piece is a token or more, and the estimate knows where it was more.
   */
  get tokensLeft(): number | undefined {
    const { maxTokens } = this.#generation.request
    if (maxTokens === undefined) return undefined
    return maxTokens - Math.max(this.#pieces, estimateTokens(this.reply.text + this.thoughts))
  }

  /** After a failure the backend may be another than the one that was asked. */
  get isInDoubt(): boolean {
    return this.reply.text !== '' && this.lastError !== undefined
  }

  get thoughts(): string {
    return this.#thoughts.text
  }

  /** @returns the text that the call has to go on from. */
  beginCall(): string {
    this.#beganAtNothing = this.reply.text === '' && this.thoughts === ''
    return this.reply.text
  }

  /** Takes one piece. @returns whether that is enough. */
  take(piece: Piece): boolean {
    if (piece.kind !== 'end') this.#pieces += 1
    if (piece.kind === 'text') return this.#say(this.reply.take(piece.text))
    if (piece.kind === 'thought') return this.#think(piece.text)
    this.reason = piece.reason
    // What others wrote before this call was counted by nobody.
    if (this.#beganAtNothing) this.#usage = piece.usage
    return true
  }

  /** The end of a call: a half character that was held is let out. */
  close(): void {
    this.#say(this.reply.end())
    const rest = this.#thoughts.end()
    if (rest !== '') this.#generation.writer.thought(rest)
  }

  async confirmContinuing(): Promise<boolean> {
    const { backend, request, signal } = this.#generation
    this.canRetry = await backend.canContinue(request.model, request, this.reply.text, signal)
    return this.canRetry
  }

  result(end: Generated['end']): Generated {
    const { text } = this.reply
    return { text, thoughts: this.thoughts, usage: this.#usage, firstTextAtMs: this.#firstTextAtMs, end }
  }

  #say(fresh: string): boolean {
    if (fresh !== '') {
      this.#firstTextAtMs ??= performance.now()
      this.#generation.writer.text(fresh)
    }
    if (this.reply.full) this.reason = 'length'
    return this.reply.full
  }

  /** Thoughts past their limit are not kept; a model that thinks on and on past twice that is stopped. */
  #think(thought: string): boolean {
    this.#thoughtUnits += thought.length
    const fresh = this.#thoughts.take(thought)
    if (fresh !== '') this.#generation.writer.thought(fresh)
    const endless = this.#thoughtUnits > 2 * this.#generation.maxLength
    if (endless) this.reason = 'length'
    return endless
  }
}
