import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import { audit } from './audit.ts'
import type { SignedIn } from './link-identity.ts'
import { requireMay } from './permissions.ts'

/** Gives a person the name they want; see `nameFrom`. @throws CodedError `not_allowed` for guests, `not_found`. */
export async function renameUser(rooms: Rooms, who: SignedIn, name: string): Promise<void> {
  requireMay(who, 'manage-account')
  const { user, address } = who
  if (!(await rooms.store.accounts.rename(user.id, name, Date.now()))) throw new CodedError('not_found')
  rooms.access.changed()
  await audit(rooms, {
    act: 'user-renamed',
    actorId: user.id,
    subjectId: user.id,
    ...(address !== undefined && { address }),
  })
}
