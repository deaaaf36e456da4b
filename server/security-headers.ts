import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { Assets } from './assets/assets.ts'
import type { HubConfig } from './config.ts'

/**
 * What browsers are told to forbid: everything that does not come from this house. The one inline script is the import
 * map, known by its hash. `Referrer-Policy` keeps our own pages' origin, since with `no-referrer` browsers send
 * `Origin: null` with a form, and the forgery guard could not tell it from another page's.
 */
export function registerSecurityHeaders(
  app: FastifyInstance,
  assets: Pick<Assets, 'importMapHash'>,
  config: Pick<HubConfig, 'publicUrl'>,
): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", `'${assets.importMapHash}'`],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    strictTransportSecurity: config.publicUrl.startsWith('https:') && { maxAge: 31_536_000 },
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(self), payment=(), usb=()')
  })
}
