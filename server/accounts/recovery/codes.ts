import type { Rooms } from '../../house.ts'
import type { User } from '../../store/store.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { requireFresh } from '../permissions.ts'
import { hashRecoveryCode, newRecoveryCode, recoveryCodeCount } from './recovery-code.ts'

/**
 * Makes a person ten new codes; the earlier ones end.
 *
 * @returns the codes, which nobody can be shown again.
 * @throws CodedError `not_allowed` for guests and without a fresh sign-in.
 */
export async function makeRecoveryCodes(rooms: Rooms, who: SignedIn): Promise<string[]> {
  requireFresh(who, 'manage-account')
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode)
  await rooms.store.recoveryCodes.replace(who.user.id, codes.map(hashRecoveryCode), Date.now())
  const { user, address } = who
  await audit(rooms, {
    act: 'recovery-codes-made',
    actorId: user.id,
    subjectId: user.id,
    ...(address !== undefined && { address }),
  })
  return codes
}

/** Whose code it is, which is then used up. Undefined for a wrong or used one. */
export async function useRecoveryCode(
  rooms: Rooms,
  typed: string,
  address: string,
): Promise<User | undefined> {
  const { recoveryCodes, accounts } = rooms.store
  const userId = await recoveryCodes.use(hashRecoveryCode(typed), Date.now())
  const account = userId === undefined ? undefined : await accounts.findUser(userId)
  const isIn = account !== undefined && account.disabledAt === null
  await audit(rooms, {
    act: isIn ? 'recovery-code-used' : 'sign-in-refused',
    actorId: isIn ? account.id : null,
    subjectId: account?.id ?? null,
    address,
    ...(!isIn && { facts: { reason: 'recovery_code' } }),
  })
  if (!isIn) return undefined
  const { disabledAt: _, ...user } = account
  return user
}
