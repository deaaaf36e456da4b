import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { audit } from './audit.ts'
import type { SignedIn } from './link-identity.ts'
import { requireFresh } from './permissions.ts'

/**
 * Deletes a person with everything that is theirs: from the store at once, from the bus right after, and all sockets
 * are closed. Of an answer that a worker is writing at that very moment the rest may come to the log after that; the
 * worker is told to stop, nobody can read it, and it is gone with the stream's age of an hour.
 *
 * @throws CodedError `not_allowed` for guests and without a fresh sign-in; `bus_unavailable` while the bus is away,
 * with nothing deleted, since what lies there could not be.
 */
export async function deleteAccount(rooms: Rooms, who: SignedIn): Promise<void> {
  requireFresh(who, 'manage-account')
  const { id } = who.user
  if (rooms.bus.state !== 'connected')
    throw new CodedError(
      'bus_unavailable',
      'Nothing is deleted while the bus is away. Try again in a moment.',
    )
  const traces = await rooms.store.accounts.deleteUser(id, Date.now())
  rooms.access.changed()
  for (const { requestId } of traces ?? []) {
    const cancel = { request_id: requestId, user_id: id, timestamp: Date.now() / 1000 }
    rooms.bus.send(subjects.cancel(id), encode(cancel))
  }
  await purgePerson(rooms, id)
  const { address } = who
  await audit(rooms, {
    act: 'account-deleted',
    actorId: id,
    subjectId: id,
    ...(address !== undefined && { address }),
  })
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
