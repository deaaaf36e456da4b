/**
 * What can go wrong with a backend. Tokens are counted per reply, thoughts included, so `afterTokens: 0`
 * strikes after the headers and before the first token.
 */
export type Fault =
  /** The port is closed and every connection is cut, until another fault or none is set. */
  | { kind: 'refuse' }
  /** An error before anything else: 500, 503 while loading, 429 with `retryAfterSeconds`. */
  | { kind: 'status'; status: number; message: string; retryAfterSeconds?: number }
  | { kind: 'model-missing' }
  | { kind: 'slow-first-byte'; delayMs: number }
  /** The error object of the wire in mid-stream, then a regular end; the status stays 200. */
  | { kind: 'error-line'; afterTokens: number; message: string }
  | { kind: 'garbage-line'; afterTokens: number }
  /** One line of so many bytes that its reader should refuse it. */
  | { kind: 'huge-line'; afterTokens: number; bytes: number }
  /** Says nothing more and keeps the connection. */
  | { kind: 'stall'; afterTokens: number }
  /** Says nothing more until another fault, or none, is set; then it goes on. */
  | { kind: 'pause'; afterTokens: number }
  /** Cuts the connection with a TCP reset. */
  | { kind: 'reset'; afterTokens: number }
  /** Ends the body as if all were well, without saying that the reply is done. */
  | { kind: 'end-early'; afterTokens: number }
  /** Every line arrives in pieces of so many bytes, also cut inside a character. */
  | { kind: 'half-lines'; pieceBytes: number }
  | { kind: 'endless' }
  /** Answers in the name of another model than the one that was asked for. */
  | { kind: 'other-model'; model: string }

export type FaultScope = {
  /** Heals itself after so many requests; without it the fault stays until it is taken away. */
  requests?: number
  /** Strikes chat requests alone (the default) or every path; only faults before the stream can strike the others. */
  paths?: 'chat' | 'all'
}

export const GARBAGE_LINE = '{"message":{"content":"\u0000 no json <<<'

/** Holds the fault that is set, and spends it where it has a number of requests. */
export class FaultSwitch {
  #fault: Fault | undefined
  #scope: FaultScope = {}
  #left = Number.POSITIVE_INFINITY
  #changed = Promise.withResolvers<void>()

  set(fault: Fault | undefined, scope: FaultScope = {}): void {
    this.#fault = fault
    this.#scope = scope
    this.#left = scope.requests ?? Number.POSITIVE_INFINITY
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Resolves once this is not the fault that is set. */
  async untilLifted(fault: Fault): Promise<void> {
    while (this.#fault === fault) await this.#changed.promise
  }

  /** The fault that strikes this request. */
  take(path: 'chat' | 'other'): Fault | undefined {
    if (path === 'other' && this.#scope.paths !== 'all') return undefined
    if (this.#fault === undefined || this.#left <= 0) return undefined
    this.#left--
    return this.#fault
  }
}
