import { BackendError } from './backend.ts'
import { type Reply, retryAfterMs } from './http.ts'

/** Longest part of a backend's own words that is passed on, in code units. */
const maxWords = 300

/** What a status other than 2xx means. `message` is the backend's own explanation, which may be empty. */
export function faultOfStatus(backend: string, reply: Reply, message: string): BackendError {
  const { status } = reply
  const words = message === '' ? '' : `: ${message.slice(0, maxWords)}`
  const say = (text: string): string => `The model backend "${backend}" ${text} (${status})${words}`
  if (status === 401 || status === 403)
    return new BackendError('backend_refused', say('does not accept the key'))
  if (status === 404) return new BackendError('model_not_found', say('does not have this'))
  if (status === 408 || status === 425) return new BackendError('backend_unavailable', say('took too long'))
  if (status === 429 || status === 503) {
    const loading = /loading|starting|warming/i.test(message)
    return new BackendError('backend_unavailable', say('is busy'), {
      retryAfterMs: retryAfterMs(reply),
      loading,
    })
  }
  if (status === 502 || status === 504) return new BackendError('backend_unavailable', say('is away'))
  if (status >= 500) return new BackendError('backend_failed', say('failed'))
  return new BackendError('backend_refused', say('refused the request'))
}
