import { CodedError } from '../../../bus/contract/errors.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { Rooms } from '../../house.ts'
import type { Invitation } from '../../store/invitations.ts'
import type { User } from '../../store/store.ts'
import { audit } from '../audit.ts'
import { readHouseRules } from '../house-rules.ts'
import { hashToken, isToken } from '../sessions/tokens.ts'
import { refusalOfSignUp } from '../sign-up-rules.ts'
import { beginChallenge } from './challenges.ts'
import { readRegistration } from './read-answer.ts'
import { passkeyOptions, readNewPasskey } from './register.ts'
import { challengeOf, type PasskeyVisit } from './visit.ts'

/** The invitation behind a link, if it can still be used and the house takes anybody new; undefined: not so. */
export async function usableInvitation(rooms: Rooms, token: string): Promise<Invitation | undefined> {
  const nobody = { email: null, emailVerified: false, vouchesForAdmins: false }
  if (!isToken(token)) return undefined
  const rules = { ...rooms.config, ...(await readHouseRules(rooms)) }
  if (refusalOfSignUp(rules, nobody, true) !== undefined) return undefined
  return rooms.store.invitations.find(hashToken(token), Date.now())
}

/** What the browser of somebody with an invitation asks a device for. @throws CodedError `not_found`. */
export async function beginInvited(visit: PasskeyVisit, { token, name }: { token: string; name: string }) {
  const { rooms, party, binding, user } = visit
  if ((await usableInvitation(rooms, token)) === undefined) throw gone()
  const isGuest = user?.kind === 'guest'
  const userId = isGuest ? user.id : uuidv7()
  const invitationHash = hashToken(token)
  const challenge = await beginChallenge(
    rooms.store.flows,
    { purpose: 'invitation', invitationHash, userId, isGuest, name },
    binding,
  )
  return passkeyOptions(party, { userId, name, present: [] }, challenge)
}

/**
 * Makes an account whose way in is a passkey, and uses the invitation up; a guest's conversations go along.
 *
 * @throws CodedError `not_found` for an invitation that is gone, `request_invalid`.
 */
export async function signUpByPasskey(
  visit: PasskeyVisit,
  { token, answer }: { token: string; answer: unknown },
): Promise<User> {
  const { rooms, party, address, userAgent, user: present } = visit
  const response = readRegistration(answer)
  const { challenge, made } = await challengeOf(visit, response)
  if (made?.purpose !== 'invitation' || made.invitationHash !== hashToken(token)) throw late()
  if (made.isGuest && made.userId !== present?.id) throw late()
  if ((await usableInvitation(rooms, token)) === undefined) throw gone()
  const { invitationHash, userId, name, isGuest } = made
  const passkey = await readNewPasskey(party, { response, challenge, userAgent })
  const result = await rooms.store.identities.signUp({
    ...{ name, role: 'user', email: null, proof: { passkey }, userId, invitationHash, now: Date.now() },
    ...(isGuest && { guestId: userId }),
  })
  if (result.outcome !== 'created') throw gone()
  rooms.access.changed()
  const { id } = result.user
  await audit(rooms, { act: 'sign-up', actorId: id, subjectId: id, address, facts: { by: 'passkey' } })
  return result.user
}

const late = () => new CodedError('request_invalid', 'That took too long. Please begin again.')

const gone = () => new CodedError('not_found', 'This invitation was used, is too old, or was taken back.')
