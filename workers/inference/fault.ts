import type { ErrorCode } from '../../bus/contract/errors.ts'
import { BackendError } from './backend.ts'
import { type Reply, retryAfterMs } from './http.ts'

/** What a status other than 2xx means. `words` are the backend's own explanation, which may be empty. */
export function faultOfStatus(backend: string, reply: Reply, words: string): BackendError {
  const { status } = reply
  const fault = (
    code: ErrorCode,
    text: string,
    more: { retryAfterMs?: number | undefined; loading?: boolean } = {},
  ) => new BackendError(code, `The model backend "${backend}" ${text} (${status})`, { words, ...more })
  if (status === 401 || status === 403) return fault('backend_refused', 'does not accept the key')
  if (status === 404) return fault('model_not_found', 'does not have this')
  if (status === 408 || status === 425) return fault('backend_unavailable', 'took too long')
  if (status === 429 || status === 503) {
    const loading = /loading|starting|warming/i.test(words)
    return fault('backend_unavailable', 'is busy', { retryAfterMs: retryAfterMs(reply), loading })
  }
  if (status === 502 || status === 504) return fault('backend_unavailable', 'is away')
  if (status >= 500) return fault('backend_failed', 'failed')
  return fault('backend_refused', 'refused the request')
}
