import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { purgeTrace } from '../chat/purge.ts'
import type { Rooms } from '../house.ts'
import { audit } from './audit.ts'

/**
 * Removes a person for good: from the store with everything that is theirs, from the bus what of it is still there,
 * and from all sockets. Only an id is left, in the audit log.
 *
 * @throws CodedError `bus_unavailable` while the bus is away, before anything is done: only the rows know what it holds.
 * @throws CodedError `not_found`.
 */
export async function deleteAccount(
  rooms: Rooms,
  userId: string,
  by: { readonly actorId: string; readonly address?: string },
): Promise<void> {
  const { bus, store, access } = rooms
  if (bus.state !== 'connected') throw new CodedError('bus_unavailable')
  const traces = await store.accounts.deleteUser(userId, Date.now())
  if (traces === undefined) throw new CodedError('not_found')
  access.changed()
  await audit(rooms, { act: 'account-deleted', subjectId: userId, ...by })
  for (const trace of traces) {
    // Whoever is writing an answer stops; what it wrote meanwhile is gone with the log's age.
    const cancel = { request_id: trace.requestId, user_id: userId, timestamp: Date.now() / 1000 }
    bus.send(subjects.cancel(userId), encode(cancel))
    await purgeTrace(rooms, trace)
  }
  await bus.purge(streams.logins.name, subjects.login(userId))
}
