import { CodedError } from '../../../bus/contract/errors.ts'
import type { User } from '../../store/store.ts'
import { audit } from '../audit.ts'
import { confirmingId } from '../confirming.ts'
import { readSignIn, signInOptions } from './authenticate.ts'
import { beginChallenge } from './challenges.ts'
import { readAuthentication } from './read-answer.ts'
import { challengeOf, type PasskeyVisit } from './visit.ts'

/** What a browser asks its device for, to sign in whoever unlocks it. */
export async function beginSignIn({ rooms, party, binding }: PasskeyVisit) {
  return signInOptions(party, await beginChallenge(rooms.store.flows, { purpose: 'sign-in' }, binding))
}

/**
 * Whom a passkey signs in. Opens no session.
 *
 * @throws CodedError `not_signed_in`, always with the same words; `not_allowed` for somebody else's than the one's who is
 * signed in here and confirms that it is them.
 */
export async function signInByPasskey(visit: PasskeyVisit, answer: unknown): Promise<User> {
  const { rooms, party, address } = visit
  const response = readAuthentication(answer)
  const { challenge, made } = await challengeOf(visit, response)
  const user =
    made?.purpose === 'sign-in'
      ? await readSignIn(rooms.store.passkeys, party, { response, challenge })
      : undefined
  const againAs = confirmingId(visit.user)
  const isSomebodyElse = user !== undefined && againAs !== undefined && user.id !== againAs
  const isIn = user !== undefined && !isSomebodyElse
  await audit(rooms, {
    act: isIn ? 'sign-in' : 'sign-in-refused',
    actorId: againAs ?? user?.id ?? null,
    subjectId: user?.id ?? null,
    address,
    facts: { by: 'passkey', ...(isSomebodyElse && { reason: 'somebody_else' }) },
  })
  if (isSomebodyElse)
    throw new CodedError(
      'not_allowed',
      'This passkey belongs to somebody else than the one who is signed in here, so nothing was changed. To come in as somebody else, sign out first.',
    )
  if (user === undefined)
    throw new CodedError('not_signed_in', 'This passkey is not known here, or took too long. Try again.')
  return user
}
