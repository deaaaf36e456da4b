import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, errorCodes } from '../../bus/contract/errors.ts'
import { isUuid } from '../../bus/contract/ids.ts'
import { errorFields } from '../../telemetry/logger.ts'
import { returnPath } from '../accounts/flows/return-to.ts'
import { type Act, requireMay } from '../accounts/permissions.ts'
import { hasWayBack } from '../accounts/way-back.ts'
import { defaultCompanion } from '../companions/default-companion.ts'

import type { House } from '../house.ts'
import type { User } from '../store/store.ts'
import { remembered } from './cookies.ts'
import type { ErrorFacts } from './error-page.ts'
import { errorPage, errorPiece, renderErrorPage } from './error-page.ts'
import type { Html } from './html.ts'
import { listOf } from './list-facts.ts'
import { isFragment } from './request-fields.ts'
import { sendSignInPage } from './sign-in-routes.ts'
import type { View } from './view.ts'

/** One request for a page or a piece of one, by somebody who is known. */
export interface Visit {
  readonly house: House
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly user: User
  readonly view: View
}

/**
 * Wraps what answers a visit: strangers get the way in, errors a page, and nothing is kept by any cache, since every
 * page is one person's. `act` is what one must be allowed to; unsaid, reading for what reads and chatting for the rest.
 */
export const visited =
  (house: House, answer: (visit: Visit) => Promise<Html>, act?: Act) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('vary', 'HX-Request, Cookie')
    if (request.user === null) return sendStranger(house, request, reply)
    const visit: Visit = {
      house,
      request,
      reply,
      user: request.user,
      view: viewOf(house, request, request.user),
    }
    try {
      requireMay({ user: request.user, credential: request.credential }, act ?? actOf(request))
      const needsLink = await needsLinkBack(visit)
      const page = await answer({ ...visit, view: { ...visit.view, needsLink } })
      return await reply.send(page.toString())
    } catch (error) {
      return reply.send(await wordsFor(visit, error))
    }
  }

/** Pieces do not say it. */
const needsLinkBack = async ({ house, request, user }: Visit): Promise<boolean> =>
  user.kind === 'owner' && !isFragment(request) && !(await hasWayBack(house, request, user))

const actOf = ({ method }: FastifyRequest): Act => (method === 'GET' ? 'read-own' : 'chat')

/** The id in a path. @throws CodedError `not_found` where it is none of ours. */
export function idOf({ request }: Visit, name = 'id'): string {
  const id = (request.params as Readonly<Record<string, unknown>>)[name]
  if (!isUuid(id)) throw new CodedError('not_found')
  return id
}

function viewOf(house: House, request: FastifyRequest, user: User): View {
  const { theme, timeZone, sidebar } = remembered(request.headers.cookie)
  return {
    user,
    companion: defaultCompanion,
    clock: { now: Date.now(), timeZone },
    theme,
    sidebar,
    assets: house.assets,
    version: house.version,
    canSignIn: house.providers.length > 0,
    needsLink: false,
    maxMessageLength: house.config.maxMessageLength,
  }
}

/** A piece cannot show the way in, so its page is loaded anew, which does. */
function sendStranger(house: House, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isFragment(request)) return reply.code(401).header('hx-refresh', 'true').send('')
  return sendSignInPage(house, request, reply.code(401), { returnTo: returnPath(request.url) })
}

async function wordsFor(visit: Visit, error: unknown): Promise<string> {
  const { request, reply, view } = visit
  const code = error instanceof CodedError ? error.code : 'internal'
  const { status, title } = errorCodes[code]
  const facts: ErrorFacts = { status, code, title, detail: error instanceof CodedError ? error.detail : '' }
  if (status >= 500) request.log.error(errorFields(error), 'A page could not be made')
  reply.code(status)
  if (isFragment(request)) return errorPiece(request.headers['hx-target'], facts).toString()
  if (status >= 500) return renderErrorPage(facts, view)
  return errorPage(view, facts, await listOf(visit, {})).toString()
}
