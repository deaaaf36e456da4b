import type { FastifyReply, FastifyRequest } from 'fastify'
import { confirmingId } from '../confirming.ts'
import { checkProvenNow, provenSince } from '../fresh-proof.ts'
import { pathAfterSignIn } from '../guest-before.ts'
import { signIn } from '../identify.ts'
import { linkIdentity } from '../link-identity.ts'
import { relyingPartyOf } from '../passkeys/relying-party.ts'
import type { Provider } from '../providers/provider.ts'
import { SignInFault } from '../providers/sign-in-fault.ts'
import { type ProvenIdentity, signInWithIdentity } from '../sign-in.ts'
import type { Flow } from './flow.ts'
import { problemPath } from './problem-path.ts'
import type { FlowRooms } from './routes.ts'

/** What came of a flow: who it is, and what the browser wanted. */
export interface FinishedFlow {
  readonly flow: Flow
  readonly provider: Provider
  readonly proven: ProvenIdentity
}

/**
 * Signs in or links; somebody who was to show that it is them at this moment must have.
 *
 * @returns where the browser goes.
 * @throws SignInFault, or CodedError from linking.
 */
export function finishFlow(
  flowRooms: FlowRooms,
  finished: FinishedFlow,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const { linkTo } = finished.flow
  return linkTo === null
    ? signInThrough(flowRooms, finished, request, reply)
    : link(flowRooms, finished, linkTo, request)
}

async function signInThrough(
  { rooms, cookie }: FlowRooms,
  { flow, provider, proven }: FinishedFlow,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const { invitationHash } = flow
  // Somebody may have come in by another window since this was begun, also after whoever began it had left.
  const againAs = confirmingId(request.user) ?? flow.againAs
  const { issuer, subject, sid, idToken } = proven
  const now = Date.now()
  const known = await rooms.store.identities.findUser(issuer, subject)
  const rpId = relyingPartyOf(rooms.config, request)?.id
  const provenAt = await provenSince(rooms, { provider, proven, userId: known?.id, rpId }, now)
  if (flow.isAgain) checkProvenNow(provenAt, now)
  const result = await signInWithIdentity(rooms, proven, {
    guest: request.user,
    address: request.ip,
    ...(invitationHash !== undefined && { invitationHash }),
    ...(againAs !== undefined && { againAs }),
  })
  if (result.outcome === 'refused') {
    const { reason } = result
    const told = { problem: reason, provider: provider.slug, returnTo: flow.returnTo }
    return problemPath({ ...told, isAgain: reason === 'somebody_else' })
  }
  const proof = {
    provider: provider.slug,
    issuer,
    subject,
    ...(sid !== undefined && { sid }),
    ...(idToken !== undefined && { idToken }),
  }
  const next = await pathAfterSignIn(rooms, request, { user: result.user, to: flow.returnTo })
  await signIn(request, reply, rooms, cookie, { user: result.user, proof, provenAt })
  return next
}

async function link(
  { rooms }: FlowRooms,
  { flow, provider, proven }: FinishedFlow,
  userId: string,
  { user, credential, ip }: FastifyRequest,
): Promise<string> {
  if (user?.id !== userId) throw new SignInFault('expired', 'Somebody else is signed in by now')
  const now = Date.now()
  // That the person is here, their own session shows; of the account that is linked the provider must, where it can.
  if (provider.tellsSignIn)
    checkProvenNow(
      await provenSince(rooms, { provider, proven, userId: undefined, rpId: undefined }, now),
      now,
    )
  const outcome = await linkIdentity(rooms, { user, credential, address: ip }, proven)
  if (outcome === 'taken' || outcome === 'full')
    return problemPath({
      ...{ problem: outcome, provider: provider.slug, returnTo: flow.returnTo },
      isAgain: false,
    })
  return outcome === 'linked' && flow.returnTo === '/account' ? '/account?changed=1' : flow.returnTo
}
