import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { requireMay } from '../permissions.ts'

/** Ends one of a person's sessions, and its sockets on every hub. @throws CodedError `not_found`. */
export async function endMySession(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireMay(who, 'manage-account')
  if (!(await rooms.sessions.end(who.user.id, id, Date.now()))) throw new CodedError('not_found')
  rooms.access.changed()
  await note(rooms, who, 1)
}

/** Ends all of a person's sessions but the one that asks. @returns how many. */
export async function endMyOtherSessions(rooms: Rooms, who: SignedIn): Promise<number> {
  requireMay(who, 'manage-account')
  const kept = who.credential?.kind === 'session' ? who.credential.id : null
  const count = await rooms.sessions.endOthers(who.user.id, kept, Date.now())
  rooms.access.changed()
  if (count > 0) await note(rooms, who, count)
  return count
}

const note = (rooms: Rooms, { user, address }: SignedIn, count: number) =>
  audit(rooms, {
    act: 'session-ended',
    actorId: user.id,
    subjectId: user.id,
    ...(address !== undefined && { address }),
    facts: { count },
  })
