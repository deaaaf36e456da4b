import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import type { AccountStore } from '../store/store.ts'
import { audit } from './audit.ts'
import { pathAfterSignIn } from './guest-before.ts'
import { signIn } from './identify.ts'
import type { SessionCookie } from './sessions/cookie.ts'
import { hashToken, newToken } from './sessions/tokens.ts'

/** An owner link is good for one use within this time, in milliseconds. */
const ownerLinkAgeMs = 24 * 60 * 60_000

/**
 * Makes the one valid owner link; earlier ones end. A start makes a new one while it is the only way in for an owner who
 * lost the browser's session. Later ones would make whoever reads the house's log its owner, so they are made on request.
 *
 * @returns the path to open.
 */
export async function createOwnerLink(accounts: AccountStore, now: number): Promise<string> {
  const token = newToken()
  await accounts.createOwnerLink({ tokenHash: hashToken(token), expiresAt: now + ownerLinkAgeMs })
  return `/owner/${token}`
}

/** `GET /owner/:token` uses a link up and signs its bearer in as the owner. */
export function registerOwnerLink(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  const options = { exposeHeadRoute: false } as const
  app.get<{ Params: { token: string } }>('/owner/:token', options, async (request, reply) => {
    const owner = await rooms.store.accounts.claimOwnerLink(hashToken(request.params.token), Date.now())
    if (owner === undefined)
      throw new CodedError(
        'not_found',
        'This link was used, or is too old. A start prints a new one; once an admin has another way in, with OWNER_LINK=always.',
      )
    const next = await pathAfterSignIn(rooms, request, { user: owner, to: '/' })
    await signIn(request, reply, rooms, cookie, { user: owner, way: 'owner_link' })
    await audit(rooms, {
      act: 'owner-link-used',
      actorId: owner.id,
      subjectId: owner.id,
      address: request.ip,
    })
    return reply.header('cache-control', 'no-store').redirect(next, 303)
  })
}
