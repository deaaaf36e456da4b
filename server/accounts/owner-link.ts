import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import { themeOf } from '../pages/cookies.ts'
import { ownerLinkPage } from '../pages/owner-link-pages.ts'
import type { AccountStore } from '../store/store.ts'
import { audit } from './audit.ts'
import { pathAfterSignIn } from './guest-before.ts'
import { signIn } from './identify.ts'
import type { SessionCookie } from './sessions/cookie.ts'
import { hashToken, isToken, newToken } from './sessions/tokens.ts'

/** An owner link is good for one use within this time, in milliseconds. */
const ownerLinkAgeMs = 24 * 60 * 60_000

/**
 * Makes the one valid owner link; earlier ones end. A start tells it while it is the only way in for an admin who lost
 * the browser's session (`offered-ways.ts`). Others would make whoever reads the house's log its owner, so they are told
 * on request.
 *
 * @returns the path to open.
 */
export async function createOwnerLink(accounts: AccountStore, now: number): Promise<string> {
  const token = newToken()
  await accounts.createOwnerLink({ tokenHash: hashToken(token), expiresAt: now + ownerLinkAgeMs })
  return `/owner/${token}`
}

/** The form has no fields. */
const maxFormBytes = 1024

/**
 * `GET /owner/:token` is a page with a button, and `POST` uses the link up and signs its bearer in as the owner: what
 * looks at links by itself, such as a chat's preview, must not spend it.
 */
export function registerOwnerLink(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  const options = { exposeHeadRoute: false } as const
  type Link = { Params: { token: string } }
  app.get<Link>('/owner/:token', options, async (request, reply) => {
    if (!isToken(request.params.token)) throw spent()
    const look = { theme: themeOf(request.headers.cookie), assets: rooms.assets }
    return reply
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(ownerLinkPage(look))
  })
  app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post<Link>('/owner/:token', async (request, reply) => {
      const owner = await rooms.store.accounts.claimOwnerLink(hashToken(request.params.token), Date.now())
      if (owner === undefined) throw spent()
      const next = await pathAfterSignIn(rooms, request, { user: owner, to: '/' })
      await signIn(request, reply, rooms, cookie, { user: owner, way: 'owner_link' })
      const by = { actorId: owner.id, subjectId: owner.id, address: request.ip }
      await audit(rooms, { act: 'owner-link-used', ...by })
      return reply.header('cache-control', 'no-store').redirect(next, 303)
    })
  })
}

const spent = () =>
  new CodedError(
    'not_found',
    'This link was used, or is too old. A start prints a new one; once an admin has another way in, with OWNER_LINK=always.',
  )
