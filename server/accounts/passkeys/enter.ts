import { CodedError } from '../../../bus/contract/errors.ts'
import type { User } from '../../store/store.ts'
import { audit } from '../audit.ts'
import { readSignIn, signInOptions } from './authenticate.ts'
import { beginChallenge } from './challenges.ts'
import { readAuthentication } from './read-answer.ts'
import { challengeOf, type PasskeyVisit } from './visit.ts'

/** What a browser asks its device for, to sign in whoever unlocks it. */
export async function beginSignIn({ rooms, party, binding }: PasskeyVisit) {
  return signInOptions(party, await beginChallenge(rooms.store.flows, { purpose: 'sign-in' }, binding))
}

/** Whom a passkey signs in. Opens no session. @throws CodedError `not_signed_in`, always with the same words. */
export async function signInByPasskey(visit: PasskeyVisit, answer: unknown): Promise<User> {
  const { rooms, party, address } = visit
  const response = readAuthentication(answer)
  const { challenge, made } = await challengeOf(visit, response)
  const user =
    made?.purpose === 'sign-in'
      ? await readSignIn(rooms.store.passkeys, party, { response, challenge })
      : undefined
  await audit(rooms, {
    act: user === undefined ? 'sign-in-refused' : 'sign-in',
    actorId: user?.id ?? null,
    subjectId: user?.id ?? null,
    address,
    facts: { by: 'passkey' },
  })
  if (user === undefined)
    throw new CodedError('not_signed_in', 'This passkey is not known here, or took too long. Try again.')
  return user
}
