import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { returnPath } from '../accounts/flows/return-to.ts'
import { hasBetterWay } from '../accounts/fresh-proof.ts'
import { relyingPartyOf } from '../accounts/passkeys/relying-party.ts'
import type { House } from '../house.ts'
import { isSameIssuer } from '../store/issuers.ts'
import { themeOf } from './cookies.ts'
import { fieldOf } from './request-fields.ts'
import { signInPage } from './sign-in-page.ts'
import { problemWords } from './sign-in-problems.ts'

/**
 * `GET /sign-in`: the ways in, for strangers and guests. Who is signed in goes home, unless something went wrong, or
 * `again` asks for a fresh proof of who they are.
 */
export function registerSignInPage(app: FastifyInstance, house: House): void {
  app.get('/sign-in', async (request, reply) => {
    const slug = fieldOf(request.query, 'provider')
    const provider = house.providers.find((one) => one.slug === slug)?.name ?? 'The provider'
    const kind = fieldOf(request.query, 'problem')
    const problem = problemWords(kind, provider)
    const { user } = request
    const isMember = user !== null && user.kind !== 'guest'
    const isAgain = isMember && fieldOf(request.query, 'again') !== undefined
    if (isMember && !isAgain && problem === undefined) return reply.redirect('/', 303)
    return sendSignInPage(house, request, reply, {
      returnTo: returnPath(fieldOf(request.query, 'return_to')),
      ...(isAgain && (await waysAgain(house, request, user.id))),
      isAgain,
      triedCode: kind === 'recovery_code' || kind === 'somebody_elses_code',
      ...(problem !== undefined && { problem }),
    })
  })
}

/** How somebody can show that it is them: by whose word, of those they are known by that would count, and by a passkey. */
async function waysAgain(
  house: House,
  request: FastifyRequest,
  userId: string,
): Promise<{ providers: House['providers']; hasOwnPasskey: boolean }> {
  const rpId = relyingPartyOf(house.config, request)?.id
  const isTelling = await hasBetterWay(house, { userId, rpId }, Date.now())
  const known = await house.store.identities.list(userId)
  const isKnown = (issuer: string) => known.some((one) => isSameIssuer(one.issuer, issuer))
  const providers = house.providers.filter((one) => isKnown(one.issuer) && (one.tellsSignIn || !isTelling))
  const hasOwnPasskey = (await house.store.passkeys.list(userId)).length > 0
  return { providers, hasOwnPasskey }
}

/** The page, with the look this browser has chosen. It is nobody's, and kept by no cache. */
export function sendSignInPage(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  facts: {
    returnTo: string
    isAgain?: boolean
    triedCode?: boolean
    problem?: string
    providers?: House['providers']
    hasOwnPasskey?: boolean
  },
): FastifyReply {
  const theme = themeOf(request.headers.cookie)
  const { assets, providers } = house
  const hasPasskeys = relyingPartyOf(house.config, request) !== undefined
  const page = signInPage({ theme, assets, providers, hasPasskeys, isAgain: false, ...facts })
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('vary', 'Cookie')
    .send(page.toString())
}
