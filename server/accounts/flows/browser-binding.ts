import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HubConfig } from '../../config.ts'
import { isToken, newToken } from '../sessions/tokens.ts'
import { flowAgeMs } from './flow.ts'

/** The cookie that ties a flow to the browser that began it, whoever is signed in there. */
export interface BrowserBinding {
  read(request: FastifyRequest): string | undefined
  /** The browser's own, or a new one; either is kept as long as a flow may take. */
  ensure(request: FastifyRequest, reply: FastifyReply): string
}

/** `SameSite=Lax`: the way back from a provider is a navigation that begins at another site. */
export function createBrowserBinding(config: Pick<HubConfig, 'publicUrl'>): BrowserBinding {
  const secure = config.publicUrl.startsWith('https:')
  const name = secure ? '__Host-companions_flow' : 'companions_flow'
  const options: CookieSerializeOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/' }
  const read = ({ cookies }: FastifyRequest) => {
    const value = cookies[name]
    return value !== undefined && isToken(value) ? value : undefined
  }
  return {
    read,
    ensure: (request, reply) => {
      const binding = read(request) ?? newToken()
      reply.setCookie(name, binding, { ...options, maxAge: flowAgeMs / 1000 })
      return binding
    },
  }
}
