import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { type Audited, audit } from './audit.ts'

/**
 * Removes a person for good: from the store with everything that is theirs, from the bus what of it is still there,
 * and from all sockets. Only an id is left, in the audit log.
 *
 * @throws CodedError `bus_unavailable` while the bus is away, before anything is done: else what it holds would stay.
 * @throws CodedError `not_found`.
 */
export async function deleteAccount(
  rooms: Rooms,
  userId: string,
  by: Pick<Audited, 'address' | 'facts'> & { readonly actorId: string | null },
): Promise<void> {
  const { bus, store, access } = rooms
  if (bus.state !== 'connected')
    throw new CodedError(
      'bus_unavailable',
      'Nothing is deleted while the bus is away. Try again in a moment.',
    )
  const traces = await store.accounts.deleteUser(userId, Date.now())
  if (traces === undefined) throw new CodedError('not_found')
  access.changed()
  const { actorId, address, facts = {} } = by
  const isAnother = actorId !== userId && address !== undefined
  const act = { act: 'account-deleted', subjectId: userId, actorId, facts } as const
  await audit(rooms, { ...act, ...(isAnother && { address }) })
  // Whoever is writing an answer stops; what it wrote meanwhile is gone with the log's age.
  for (const { requestId } of traces) {
    const cancel = { request_id: requestId, user_id: userId, timestamp: Date.now() / 1000 }
    bus.send(subjects.cancel(userId), encode(cancel))
  }
  await purgePerson(rooms, userId)
}

/** The account is gone whether or not this works: what is left goes with the streams' ages. */
async function purgePerson({ bus, log }: Rooms, userId: string): Promise<void> {
  const theirs = [
    [streams.chat.name, subjects.message(userId)],
    [streams.chat.name, subjects.anyGreeting(userId)],
    [streams.log.name, subjects.anyStream(userId)],
    [streams.finals.name, subjects.anyFinal(userId)],
    [streams.logins.name, subjects.login(userId)],
  ] as const
  for (const [stream, subject] of theirs) {
    await bus.purge(stream, subject).catch((error: unknown) => {
      log.warn({ stream, ...errorFields(error) }, 'Something of a deleted account is left on the bus')
    })
  }
}
