import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, type ErrorCode, errorCodes } from '../bus/contract/errors.ts'
import { errorFields } from '../telemetry/logger.ts'
import type { Assets } from './assets/assets.ts'
import { themeOf } from './pages/cookies.ts'
import { type ErrorFacts, errorPiece, renderErrorPage } from './pages/error-page.ts'
import { spentInvitationPage, spentLinkPage } from './pages/owner-link-pages.ts'
import { isFragment } from './pages/request-fields.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For pages that are made outside any room: errors. */
    assets: Assets
  }
}

/**
 * Answers with an error: a page, or a piece of one, where a person reads it, else problem details (RFC 9457) with `timestamp` (ISO 8601)
 * and our own `code` beside the members of the standard.
 */
export function sendProblem(
  reply: FastifyReply,
  code: ErrorCode,
  detail?: string,
  retryAfterMs?: number,
): FastifyReply {
  const { status, title } = errorCodes[code]
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
  const said = detail ?? `${title}.`
  reply.code(status).header('cache-control', 'no-store').header('vary', 'accept, hx-request')
  if (prefersPage(reply.request))
    return reply.type('text/html; charset=utf-8').send(inHtml(reply, { status, code, title, detail: said }))
  return reply.type('application/problem+json; charset=utf-8').send({
    type: `urn:companions:problem:${code}`,
    title,
    status,
    detail: said,
    instance: pathOf(reply.request),
    timestamp: new Date().toISOString(),
    code,
    ...(retryAfterMs !== undefined && { retry_after_ms: Math.ceil(retryAfterMs) }),
  })
}

/** A page, or the piece of one that HTMX can place in the page that somebody sees. */
function inHtml({ request, server: { assets } }: FastifyReply, facts: ErrorFacts): string {
  if (isFragment(request)) return errorPiece(request.headers['hx-target'], facts).toString()
  const look = { theme: themeOf(request.headers.cookie), assets }
  const spent = facts.code === 'not_found' ? spentPageOf(pathOf(request)) : undefined
  return spent?.(look) ?? renderErrorPage(facts, look)
}

/** Of a link that was good once there is more to say than that there is nothing. */
function spentPageOf(path: string) {
  if (path.startsWith('/owner/')) return spentLinkPage
  return path.startsWith('/invitation/') ? spentInvitationPage : undefined
}

/** Answers unknown routes and everything thrown by a handler. */
export function registerProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 'not_found'))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const code = codeOf(error)
    if (errorCodes[code].status >= 500) request.log.error(errorFields(error), 'A request failed')
    if (!(error instanceof CodedError)) return sendProblem(reply, code)
    return sendProblem(reply, code, error.detail, error.retryAfterMs)
  })
}

function codeOf(error: FastifyError): ErrorCode {
  if (error instanceof CodedError) return error.code
  if (error.statusCode === 413) return 'frame_too_large'
  return error.statusCode !== undefined && error.statusCode < 500 ? 'request_invalid' : 'internal'
}

/** A browser that navigates names HTML first; scripts and programs ask for JSON or for anything. */
function prefersPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? ''
  return accept.includes('text/html') && !pathOf(request).startsWith('/v1/')
}

const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? '/'
