import type { AcceptResult } from './store.ts'

type RefusalCode = Extract<AcceptResult, { outcome: 'refused' }>['code']

/** Thrown inside the transaction, so that a refusal undoes what was written before it was found. */
export class Refusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode) {
    super(code)
    this.code = code
  }
}
