import { CodedError } from '../../bus/contract/errors.ts'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import type { CallStartFrame } from '../../bus/contract/voice.ts'
import type { Rooms } from '../house.ts'
import { type Connection, send } from '../hub/connection.ts'
import { type Call, type Calls, dropCall, enterCall } from './call.ts'

/**
 * Opens a call on a socket, or goes on with it there. Another one that the socket has is over.
 *
 * @throws CodedError `not_allowed` for a role without calls; `rate_limited` past the limit; `speech_unavailable` where
 * nobody hears and speaks; `not_found` for another person's call; `store_unavailable`.
 */
export async function startCall(
  rooms: Rooms,
  calls: Calls,
  connection: Connection,
  { call_id: id, replace = false }: CallStartFrame,
): Promise<void> {
  const { user } = connection.person
  const limit = (await rooms.rules()).concurrentCalls[user.role]
  if (limit === 0) throw new CodedError('not_allowed', 'This house has no calls for you')
  const before = connection.call
  if (before !== undefined && before.id !== id) {
    await endCall(rooms, calls, before)
    tellEnded(before)
  }
  const hearsAndSpeaks = await rooms.voice()
  // While nobody hears and speaks a call that is open goes on, and waits for somebody who does.
  const most = hearsAndSpeaks ? limit : 0
  const asked = { id, userId: user.id, now: Date.now(), leaseMs: callLeaseMs, most, replace }
  const opened = await rooms.store.calls.open(asked)
  if (opened.outcome === 'not_found') throw new CodedError('not_found')
  if (opened.outcome === 'full')
    throw hearsAndSpeaks ? limitReached(limit, opened.retryAfterMs) : new CodedError('speech_unavailable')
  // Those of other hubs are noticed there, with the next question or renewal.
  for (const replaced of opened.replaced) loseCall(calls, replaced)
  // Of a socket that closed meanwhile nobody would let go of it.
  if (connection.socket.readyState !== connection.socket.OPEN) return
  enterCall(calls, connection, id)
  send(connection, { type: 'call.state', call_id: id, state: 'open' })
}

/** Frees a call here and in the store. @throws CodedError `store_unavailable`: it is over with its lease then. */
export async function endCall({ store }: Rooms, calls: Calls, call: Call): Promise<void> {
  dropCall(calls, call)
  await store.calls.end(call.connection.person.user.id, call.id)
}

/** Ends calls of people whose role has none any more, and tells their pages. @throws CodedError `store_unavailable`. */
export async function endRefusedCalls(rooms: Rooms, calls: Calls): Promise<void> {
  const { concurrentCalls } = await rooms.rules()
  for (const call of [...calls.values()])
    if (concurrentCalls[call.connection.person.user.role] === 0) {
      await endCall(rooms, calls, call)
      tellEnded(call)
    }
}

/** Frees a call that is no more in the store, and tells its page. */
export function loseCall(calls: Calls, id: string): void {
  const call = calls.get(id)
  if (call === undefined) return
  dropCall(calls, call)
  tellEnded(call)
}

const tellEnded = ({ id, connection }: Call): void =>
  send(connection, { type: 'call.state', call_id: id, state: 'ended' })

function limitReached(limit: number, retryAfterMs: number): CodedError {
  const [here, most] = limit === 1 ? ['a call', '1 call'] : [`${limit} calls`, `${limit} calls`]
  const words = `You are in ${here} elsewhere, and this house’s limit is ${most} at once`
  return new CodedError('rate_limited', words, { retryAfterMs })
}
