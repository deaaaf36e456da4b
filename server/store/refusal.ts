import type { Quota } from './limits.ts'
import type { AcceptResult } from './store.ts'

type PastQuota = Pick<Quota, 'retryAfterMs' | 'detail'>
type RefusalCode = Extract<AcceptResult, { outcome: 'refused' }>['code']

/** Thrown inside the transaction, so that a refusal undoes what was written before it was found. */
export class Refusal extends Error {
  readonly code: RefusalCode

  /** With `rate_limited`. */
  readonly quota: PastQuota | undefined

  constructor(code: RefusalCode, quota?: PastQuota) {
    super(code)
    this.code = code
    this.quota = quota
  }
}
