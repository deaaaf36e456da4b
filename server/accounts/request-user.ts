import type {} from 'fastify'
import type { User } from '../store/store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; null before sign-in. Set by `accounts` before any handler runs. */
    user: User | null
  }
}
