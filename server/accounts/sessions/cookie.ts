import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HubConfig } from '../../config.ts'

/** Reads, sets and clears the cookie that holds a session's token. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, session: { token: string; expiresAt: number }): void
  clear(reply: FastifyReply): void
}

/**
 * Under TLS the name's prefix `__Host-` makes browsers refuse it from anywhere but this very host (RFC 6265bis,
 * section 4.1.3). `SameSite=Lax` keeps it away from other pages' requests.
 */
export function createSessionCookie(config: Pick<HubConfig, 'publicUrl'>): SessionCookie {
  const secure = config.publicUrl.startsWith('https:')
  const name = secure ? '__Host-companions_session' : 'companions_session'
  const options: CookieSerializeOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/' }
  return {
    read: (request) => request.cookies[name],
    set: (reply, { token, expiresAt }) => {
      const maxAge = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))
      reply.setCookie(name, token, { ...options, maxAge })
    },
    clear: (reply) => void reply.clearCookie(name, options),
  }
}
