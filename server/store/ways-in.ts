import type { Queries } from './database.ts'

/**
 * Whether one linked provider or passkey less would leave no way into an account. Within a transaction that has locked
 * the person, so that two at once do not take the last two away. An owner has the owner link.
 */
export async function isLastWayIn(queries: Queries, userId: string): Promise<boolean> {
  const { kind, identities, passkeys } = await queries
    .selectFrom('users')
    .select('kind')
    .select(({ selectFrom }) => [
      selectFrom('identities')
        .select((part) => part.fn.countAll<number>().as('count'))
        .whereRef('identities.user_id', '=', 'users.id')
        .as('identities'),
      selectFrom('passkeys')
        .select((part) => part.fn.countAll<number>().as('count'))
        .whereRef('passkeys.user_id', '=', 'users.id')
        .as('passkeys'),
    ])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  return kind !== 'owner' && (identities ?? 0) + (passkeys ?? 0) <= 1
}
