import type {} from 'fastify'
import type { User } from '../store/store.ts'

/** What a request came with that says who asks; sockets opened with it are closed when it ends. */
export type Credential =
  | {
      readonly kind: 'session'
      readonly id: string
      /** When the person last proved who they are, in Unix milliseconds. */
      readonly signedInAt: number
    }
  | { readonly kind: 'api-key'; readonly id: string; readonly scopes: readonly string[] }

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; null before sign-in. Set by `accounts` before any handler runs. */
    user: User | null
    credential: Credential | null
  }
}
