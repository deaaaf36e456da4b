import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import type { HubConfig } from '../config.ts'
import { hasKeyAlone } from './keys/use-key.ts'

export type OriginPolicy = (headers: IncomingHttpHeaders) => boolean

/** Whether the page that asks, by its `Origin`, is one of ours: the same host, the public URL, or on the list. */
export function createOriginPolicy(config: Pick<HubConfig, 'publicUrl' | 'allowedOrigins'>): OriginPolicy {
  const allowed = new Set([config.publicUrl, ...config.allowedOrigins].filter((origin) => origin !== ''))
  return ({ origin, host }) => {
    if (origin === undefined) return false
    if (allowed.has(origin)) return true
    const parsed = URL.parse(origin)
    return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.host === host?.toLowerCase()
  }
}

/**
 * Refuses what another page makes a browser send: `Sec-Fetch-Site` cannot be forged by a page, and where a browser
 * does not send it (plain HTTP), its `Origin` says the same. A program sends neither, and has no cookie by accident; one
 * that brings a key and no cookie to where keys are taken may say whatever it likes.
 */
export function registerForgeryGuard(app: FastifyInstance, isOurs: OriginPolicy): void {
  app.addHook('onRequest', async (request) => {
    const { method, headers } = request
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
    if (hasKeyAlone(request)) return
    const site = headers['sec-fetch-site']
    if (site === 'same-origin' || site === 'none') return
    if (site !== undefined || (headers.origin !== undefined && !isOurs(headers)))
      throw new CodedError('origin_refused', 'This came from another page.')
  })
}
