import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { returnPath } from '../accounts/flows/return-to.ts'
import type { House } from '../house.ts'
import { themeOf } from './cookies.ts'
import { fieldOf } from './request-fields.ts'
import { signInPage } from './sign-in-page.ts'
import { problemWords } from './sign-in-problems.ts'

/** `GET /sign-in`: the ways in, for strangers and guests; who is signed in goes home, unless something went wrong. */
export function registerSignInPage(app: FastifyInstance, house: House): void {
  app.get('/sign-in', async (request, reply) => {
    const slug = fieldOf(request.query, 'provider')
    const provider = house.providers.find((one) => one.slug === slug)?.name ?? 'The provider'
    const problem = problemWords(fieldOf(request.query, 'problem'), provider)
    const { user } = request
    if (user !== null && user.kind !== 'guest' && problem === undefined) return reply.redirect('/', 303)
    return sendSignInPage(house, request, reply, {
      returnTo: returnPath(fieldOf(request.query, 'return_to')),
      ...(problem !== undefined && { problem }),
    })
  })
}

/** The page, with the look this browser has chosen. It is nobody's, and kept by no cache. */
export function sendSignInPage(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  facts: { returnTo: string; problem?: string },
): FastifyReply {
  const theme = themeOf(request.headers.cookie)
  const page = signInPage({ theme, assets: house.assets, providers: house.providers, ...facts })
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('vary', 'Cookie')
    .send(page.toString())
}
