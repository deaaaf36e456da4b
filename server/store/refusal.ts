import type { AcceptResult } from './store.ts'

type RefusalCode = Extract<AcceptResult, { outcome: 'refused' }>['code']

/** Thrown inside the transaction, so that a refusal undoes what was written before it was found. */
export class Refusal extends Error {
  readonly code: RefusalCode

  readonly retryAfterMs: number | undefined

  constructor(code: RefusalCode, retryAfterMs?: number) {
    super(code)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}
