import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../../pages/request-fields.ts'
import { type BrowserBinding, createBrowserBinding } from '../flows/browser-binding.ts'
import { returnPath } from '../flows/return-to.ts'
import { pathAfterSignIn } from '../guest-before.ts'
import { requireUser, signIn } from '../identify.ts'
import { nameFrom } from '../own-words.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import { addPasskey, beginAdding } from './add.ts'
import { beginSignIn, signInByPasskey } from './enter.ts'
import { beginInvited, signUpByPasskey } from './invited.ts'
import { requireRelyingParty } from './relying-party.ts'
import type { PasskeyVisit } from './visit.ts'

/**
 * Passkeys in two steps each: `…/options` answers with what the browser is to ask its device for, as `{options}`, and
 * the route itself takes the device's `{answer}` and says where to go, as `{location}`. JSON both ways.
 */
export function registerPasskeys(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  const visitOf = visitsTo(rooms, createBrowserBinding(rooms.config))
  type Invited = { Params: { token: string } }

  app.post('/sign-in/passkey/options', async (request, reply) =>
    answerWith(await beginSignIn(visitOf(request, reply))),
  )
  app.post('/sign-in/passkey', async (request, reply) => {
    const user = await signInByPasskey(visitOf(request, reply), fieldOfAny(request.body, 'answer'))
    const to = returnPath(fieldOf(request.body, 'return_to'))
    const location = await pathAfterSignIn(rooms, request, { user, to })
    await signIn(request, reply, rooms, cookie, { user, way: 'passkey' })
    return { location }
  })

  app.post('/account/passkeys/options', async (request, reply) => {
    requireUser(request, 'manage-account')
    return answerWith(await beginAdding(visitOf(request, reply)))
  })
  app.post('/account/passkeys', async (request, reply) => {
    requireUser(request, 'manage-account')
    await addPasskey(visitOf(request, reply), fieldOfAny(request.body, 'answer'))
    return { location: '/account?changed=1#passkeys' }
  })

  app.post<Invited>('/invitation/:token/options', async (request, reply) => {
    const name = nameFrom(fieldOf(request.body, 'name'))
    if (name === undefined) throw new CodedError('request_invalid', 'Say what you want to be called.')
    const visit = visitOf(request, reply)
    return answerWith(await beginInvited(visit, { token: request.params.token, name }))
  })
  app.post<Invited>('/invitation/:token', async (request, reply) => {
    const user = await signUpByPasskey(visitOf(request, reply), {
      token: request.params.token,
      answer: fieldOfAny(request.body, 'answer'),
    })
    await signIn(request, reply, rooms, cookie, { user, way: 'passkey' })
    return { location: '/account?welcome=1' }
  })
}

const visitsTo =
  (rooms: Rooms, binding: BrowserBinding) =>
  (request: FastifyRequest, reply: FastifyReply): PasskeyVisit => {
    const party = requireRelyingParty(rooms.config, request)
    reply.header('cache-control', 'no-store')
    const { user, credential, ip: address } = request
    const userAgent = request.headers['user-agent']
    return { rooms, party, binding: binding.ensure(request, reply), user, credential, address, userAgent }
  }

const answerWith = (options: object) => ({ options })

/** A field of a JSON body, whatever it holds. */
function fieldOfAny(body: unknown, name: string): unknown {
  return body !== null && typeof body === 'object' && name in body
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined
}
