import { CodedError } from '../../../bus/contract/errors.ts'
import { maxPasskeysPerUser } from '../../store/passkeys.ts'
import type { User } from '../../store/store.ts'
import type { OfferedWays } from '../../store/ways-in.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { requireFresh, requireMay } from '../permissions.ts'
import { beginChallenge } from './challenges.ts'
import { distinctName } from './name-of.ts'
import { readRegistration } from './read-answer.ts'
import { passkeyOptions, readNewPasskey } from './register.ts'
import { challengeOf, type PasskeyVisit } from './visit.ts'

/** What the browser of a signed-in person asks a device for. @throws CodedError `not_allowed` without a fresh sign-in. */
export async function beginAdding(visit: PasskeyVisit) {
  const { rooms, party, binding } = visit
  const { user, sessionId } = requireSession(visit)
  const present = (await rooms.store.passkeys.list(user.id)).map(({ credentialId }) => credentialId)
  const purpose = { purpose: 'add', userId: user.id, sessionId } as const
  const challenge = await beginChallenge(rooms.store.flows, purpose, binding)
  return passkeyOptions(party, { userId: user.id, name: user.name, present }, challenge)
}

/** Gives a signed-in person a further passkey. @throws CodedError */
export async function addPasskey(visit: PasskeyVisit, answer: unknown): Promise<void> {
  const { rooms, party, address, userAgent } = visit
  const { user, sessionId } = requireSession(visit)
  const response = readRegistration(answer)
  const { challenge, made } = await challengeOf(visit, response)
  if (made?.purpose !== 'add' || made.userId !== user.id || made.sessionId !== sessionId)
    throw new CodedError('request_invalid', 'That took too long. Please begin again.')
  const passkey = await readNewPasskey(party, { response, challenge, userAgent })
  const present = await rooms.store.passkeys.list(user.id)
  const name = distinctName(
    passkey.name,
    present.map((one) => one.name),
  )
  if (!(await rooms.store.passkeys.add(user.id, { ...passkey, name }, Date.now())))
    throw new CodedError('conflict', `This passkey is there already, or you have ${maxPasskeysPerUser}.`)
  await audit(rooms, { act: 'passkey-added', actorId: user.id, subjectId: user.id, address })
}

/** Takes a passkey away, but never the last way in of those that are `offered`. @throws CodedError `not_allowed`, `not_found`, `conflict`. */
export async function removePasskey(
  rooms: PasskeyVisit['rooms'],
  who: SignedIn,
  credentialId: string,
  offered: OfferedWays,
): Promise<void> {
  requireFresh(who, 'manage-account')
  const outcome = await rooms.store.passkeys.remove(who.user.id, credentialId, offered)
  if (outcome === 'none') throw new CodedError('not_found')
  if (outcome === 'last') throw new CodedError('conflict', 'This is the only way into your account.')
  await audit(rooms, {
    act: 'passkey-removed',
    actorId: who.user.id,
    subjectId: who.user.id,
    ...(who.address !== undefined && { address: who.address }),
  })
}

/** @throws CodedError `not_found`. */
export async function renamePasskey(
  rooms: PasskeyVisit['rooms'],
  who: SignedIn,
  { credentialId, name }: { credentialId: string; name: string },
): Promise<void> {
  requireMay(who, 'manage-account')
  if (!(await rooms.store.passkeys.rename(who.user.id, credentialId, name))) throw new CodedError('not_found')
}

function requireSession({ user, credential }: PasskeyVisit): { user: User; sessionId: string } {
  if (user === null || credential?.kind !== 'session') throw new CodedError('not_signed_in')
  requireFresh({ user, credential }, 'manage-account')
  return { user, sessionId: credential.id }
}
