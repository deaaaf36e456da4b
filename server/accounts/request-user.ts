import type {} from 'fastify'
import type { User } from '../store/store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; null before sign-in. Set by `accounts` before any handler runs. */
    user: User | null
    /** The SHA-256 of the session's token that says so. */
    sessionHash: string | null
  }
}
