import type { Fault } from './fault.ts'
import { answerJson, type Exchange } from './stand-in-server.ts'

/**
 * Lets a fault strike before there is an answer; true when it has taken the request.
 * `errorBody` puts the message in the shape of the wire.
 */
export function strikeBefore(
  exchange: Exchange,
  fault: Fault | undefined,
  errorBody: (message: string) => object,
): boolean {
  const { request, response } = exchange
  if (fault?.kind === 'status') {
    if (fault.retryAfterSeconds !== undefined)
      response.setHeader('Retry-After', String(fault.retryAfterSeconds))
    answerJson(response, fault.status, errorBody(fault.message))
    return true
  }
  // The faults of a stream strike at its tokens; a path that has none is struck at once.
  if (fault === undefined || request.path.endsWith('/chat') || request.path.endsWith('/completions'))
    return false
  if (fault.kind === 'stall') return true
  if (fault.kind !== 'reset') return false
  request.outcome = 'broken'
  response.socket?.resetAndDestroy()
  return true
}
