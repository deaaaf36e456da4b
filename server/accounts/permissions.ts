import { CodedError } from '../../bus/contract/errors.ts'
import type { User } from '../store/store.ts'
import type { Credential } from './request-user.ts'
import { freshSignInMs } from './sessions/lifetime.ts'

/** Everything that not everybody may do, or not with every credential. */
export type Act =
  /** Speak with a companion, and read and change one's own conversations. */
  | 'chat'
  | 'read-own'
  /** One's own name, sessions, linked providers, passkeys, export and deletion. */
  | 'manage-account'
  | 'make-api-keys'
  | 'use-premium'
  /** Users, roles, invitations, limits and the audit log. */
  | 'administer'

/** Who asks: the person, and what they came with where that matters. */
export interface Asker {
  readonly user: User
  readonly credential?: Credential | null
}

/** Acts a program may do with a key, each by the scope of the same name. */
export const apiKeyScopes = ['chat', 'read-own'] as const

/**
 * Whether somebody may do something: the one place where it is decided, for pages, `/v1`, sockets and what goes to the
 * bus alike. A disabled user never comes this far: the store finds neither session nor key of theirs, and accepts
 * nothing from them.
 */
export function may({ user, credential }: Asker, act: Act): boolean {
  if (credential?.kind === 'api-key' && !credential.scopes.includes(act)) return false
  switch (act) {
    case 'chat':
    case 'read-own':
      return true
    case 'manage-account':
    case 'make-api-keys':
      return user.kind !== 'guest'
    case 'use-premium':
      return isPremium(user)
    case 'administer':
      return user.role === 'admin'
  }
}

/** Whether somebody gets what is for premium users; admins do. */
export const isPremium = ({ role }: Pick<User, 'role'>): boolean => role === 'premium' || role === 'admin'

/** @throws CodedError `not_allowed`. */
export function requireMay(asker: Asker, act: Act): void {
  if (!may(asker, act)) throw new CodedError('not_allowed')
}

/** Whether the person proved who they are recently enough to change who can get in. A key proves nobody's presence. */
export const isFresh = (credential: Credential | null, now: number): boolean =>
  credential?.kind === 'session' && now - credential.signedInAt < freshSignInMs

/** For what changes who can get in: whoever sits at an unlocked screen must not be able to. @throws CodedError `not_allowed`. */
export function requireFresh({ user, credential = null }: Asker, act: Act): void {
  requireMay({ user, credential }, act)
  if (!isFresh(credential, Date.now()))
    throw new CodedError(
      'not_allowed',
      'Confirm that it’s you first, on your account page opened anew: this changes who can get in.',
    )
}
