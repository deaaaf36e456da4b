import type { Usage } from '../../bus/contract/chat.ts'
import { BackendError, type Piece } from '../inference/backend.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { Generated, Generation } from './generate.ts'
import { ReplyText } from './reply-text.ts'

/** What a generation has come to over all its calls of the backend. */
export class GenerationState {
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
    // Silence has cost minutes by the time it is known, and would cost them again.
    const ended = (error: unknown) => {
      this.canRetry = !(error instanceof BackendError && error.code === 'backend_stalled')
      throw error
    }
    this.canRetry = await backend.canContinue(request.model, request, this.reply.text, signal).catch(ended)
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
