import type { FastifyRequest } from 'fastify'
import { isUuid } from '../../bus/contract/ids.ts'

/** A field of a query or a body, as text; undefined where it is absent or of another kind. */
export function fieldOf(from: unknown, name: string): string | undefined {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return undefined
  const value = (from as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether HTMX asks, and so wants a piece and not a page. */
export const isFragment = (request: FastifyRequest): boolean => request.headers['hx-request'] === 'true'

/** The conversation that the browser shows: named in the query, or by the address that HTMX tells. */
export function activeIdOf(request: FastifyRequest): string | undefined {
  const named = fieldOf(request.query, 'active')
  if (isUuid(named)) return named
  const url = request.headers['hx-current-url']
  const id = typeof url === 'string' ? /\/c\/([0-9a-f-]{36})(?:[?#]|$)/.exec(url)?.[1] : undefined
  return isUuid(id) ? id : undefined
}
