import type { FastifyInstance } from 'fastify'
import type { House } from '../house.ts'

/** Stands in until the pages are merged. */
export function registerPages(app: FastifyInstance, house: House): void {
  app.get('/', (request) => ({ user: request.user?.name, version: house.version.version }))
}
