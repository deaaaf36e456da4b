import type { Usage } from '../../bus/contract/chat.ts'
import { CodedError, type ErrorCode } from '../../bus/contract/errors.ts'
import type { HistoryMessage } from '../../bus/contract/history.ts'
import type { BackendInfo, ModelInfo } from '../../bus/contract/models.ts'

/** One place that answers prompts. Every failure is a BackendError with a code of `bus/contract/errors.ts`. */
export interface Backend {
  readonly name: string
  readonly kind: BackendInfo['kind']
  /** Where it is looked for, without a password, and the variable that says so; absent where it is no server. */
  readonly place?: { readonly address: string; readonly variable: string }
  /** Nobody set it up: it is used where it happens to be there, and not missed where it is not. */
  readonly isUnasked?: boolean
  /** How often `models` may be asked while the backend is up, in milliseconds. */
  readonly probeMs: number
  /** The models it has now, the preferred one first; also the sign that it lives. */
  models(signal: AbortSignal): Promise<readonly ModelInfo[]>
  /** Tokens that prompt and reply may have together. An estimate where the backend does not say; never fails. */
  contextLength(model: string, signal: AbortSignal): Promise<number>
  /** Whether `generate` goes on after `begun`; false where it can't be told. @throws BackendError when it is away or silent. */
  canContinue(model: string, prompt: Prompt, begun: string, signal: AbortSignal): Promise<boolean>
  /**
   * Streams one answer to `hear`, whose last piece is the one `end`. Resolves after that, or once `hear` has enough:
   * then the backend is let go of. Aborting `signal` does so at once, and rejects with its reason.
   */
  generate(request: GenerateRequest, signal: AbortSignal, hear: Hear): Promise<void>
}

/**
 * Takes one piece as it comes. @returns whether that is enough. A function rather than an iterable: this happens per
 * token, and each asynchronous generator on the way costs several promises for it.
 */
export type Hear = (piece: Piece) => boolean

/** An address as people may see it: without user, password, query and fragment. */
export function shownAddress(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}

export interface Prompt {
  /** Empty: none. */
  readonly system: string
  readonly messages: readonly HistoryMessage[]
}

export interface GenerateRequest extends Prompt {
  readonly model: string
  /** The answer so far, to be gone on with; empty for a new one. */
  readonly begun: string
  readonly temperature?: number | undefined
  /** Most tokens to add to `begun`. */
  readonly maxTokens?: number | undefined
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'end'; readonly reason: 'stop' | 'length'; readonly usage: Usage }

/** Longest part of a backend's own words that is passed on, in code units. */
const maxWords = 300

/**
 * `words`: the backend's own explanation, which people see behind ours. `retryAfterMs`: its own wish. `loading`: it is
 * on its way, so waiting longer than usual makes sense.
 */
export class BackendError extends CodedError {
  readonly loading: boolean

  constructor(
    code: ErrorCode,
    message: string,
    more: { words?: string; retryAfterMs?: number | undefined; loading?: boolean; cause?: unknown } = {},
  ) {
    const { words = '', cause, retryAfterMs, loading = false } = more
    const detail = words === '' ? message : `${message}: ${words.slice(0, maxWords)}`
    super(code, message, { detail, cause, retryAfterMs })
    this.loading = loading
  }
}
