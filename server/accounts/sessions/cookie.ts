import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HubConfig } from '../../config.ts'

/** Reads, sets and clears the cookie that holds a session's token. */
export interface SessionCookie {
  /** Its name. Browsers share cookies between ports, so each house of one machine has a name of its own. */
  readonly name: string
  /** The tokens a browser sent: under the name of this house, then under the one that all houses once shared. */
  read(request: FastifyRequest): readonly string[]
  set(reply: FastifyReply, session: { token: string; expiresAt: number }): void
  clear(reply: FastifyReply): void
}

/**
 * Under TLS the name's prefix `__Host-` makes browsers refuse it from anywhere but this very host (RFC 6265bis,
 * section 4.1.3). `SameSite=Lax` keeps it away from other pages' requests.
 *
 * The shared name is read so that nobody is signed out by an upgrade, and left as it is: another house may have set
 * it, and so may an older hub beside this one.
 *
 * @param houseId of the store (`Store.readId`), so that all hubs of a house use one name
 */
export function createSessionCookie(config: Pick<HubConfig, 'publicUrl'>, houseId: string): SessionCookie {
  const secure = config.publicUrl.startsWith('https:')
  const sharedName = secure ? '__Host-companions_session' : 'companions_session'
  const name = `${sharedName}_${houseId}`
  const options: CookieSerializeOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/' }
  return {
    name,
    read: ({ cookies }) => [cookies[name], cookies[sharedName]].filter((token) => token !== undefined),
    set: (reply, { token, expiresAt }) => {
      const maxAge = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))
      reply.setCookie(name, token, { ...options, maxAge })
    },
    clear: (reply) => void reply.clearCookie(name, options),
  }
}
