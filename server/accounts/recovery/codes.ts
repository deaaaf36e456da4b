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

export interface RecoveryVisit {
  readonly typed: string
  /** Who is signed in already, and shows by a code that it is them; see `confirmingId`. */
  readonly againAs: string | undefined
  readonly address: string
}

/**
 * Whose code it is, which is then used up; `wrong` also for a used one. `somebody_else`: it is not the one's who confirms,
 * and stays good for its own person.
 */
export async function useRecoveryCode(
  rooms: Rooms,
  { typed, againAs, address }: RecoveryVisit,
): Promise<User | 'wrong' | 'somebody_else'> {
  const { recoveryCodes, accounts } = rooms.store
  const codeHash = hashRecoveryCode(typed)
  // A code never changes hands, so what is found here holds for its use.
  const owner = againAs === undefined ? undefined : await recoveryCodes.findUser(codeHash)
  if (againAs !== undefined && owner !== undefined && owner !== againAs) {
    const facts = { by: 'recovery_code', reason: 'somebody_else' }
    await audit(rooms, { act: 'sign-in-refused', actorId: againAs, subjectId: owner, address, facts })
    return 'somebody_else'
  }
  const userId = await recoveryCodes.use(codeHash, Date.now())
  const account = userId === undefined ? undefined : await accounts.findUser(userId)
  const isIn = account !== undefined && account.disabledAt === null
  await audit(rooms, {
    act: isIn ? 'recovery-code-used' : 'sign-in-refused',
    actorId: isIn ? account.id : (againAs ?? null),
    subjectId: account?.id ?? null,
    address,
    ...(!isIn && { facts: { reason: 'recovery_code' } }),
  })
  if (!isIn) return 'wrong'
  const { disabledAt: _, ...user } = account
  return user
}
