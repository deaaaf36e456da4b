import type { FastifyRequest } from 'fastify'

/**
 * Whether a navigation was begun on a page of this house. No page can forge `Sec-Fetch-Site`; a browser that doesn't
 * send it (plain HTTP) names the page in `Referer`, which our pages' policy lets it do.
 */
export function isFromOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const referer = URL.parse(headers.referer ?? '')
  return referer !== null && referer.host === headers.host?.toLowerCase()
}
