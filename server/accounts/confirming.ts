import type { User } from '../store/store.ts'

/**
 * Whom alone a further proof may sign in where somebody is signed in already: it confirms that it is them, and must not
 * make the browser somebody else's in the middle of what they do. Undefined for guests and strangers, who come in.
 */
export const confirmingId = (user: User | null): string | undefined =>
  user === null || user.kind === 'guest' ? undefined : user.id
