import type { Account, Role, User } from './accounts.ts'
import type { Queries } from './database.ts'
import { searchTextOf } from './people-search.ts'
import type { UsersTable } from './schema-accounts.ts'

export const userColumns = [
  'users.id',
  'users.name',
  'users.kind',
  'users.role',
  'users.email',
  'users.created_at',
  'users.disabled_at',
] as const

type UserRow = Pick<UsersTable, 'id' | 'name' | 'kind' | 'email' | 'created_at' | 'disabled_at'> & {
  role: Role
}

/** An older hub makes an owner without saying the role. */
export const roleOf = ({ kind, role }: Pick<User, 'kind' | 'role'>): Role =>
  kind === 'owner' ? 'admin' : role

export const toUser = (row: Omit<UserRow, 'disabled_at'>): User => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  role: roleOf(row),
  email: row.email,
  createdAt: row.created_at,
})

export const toAccount = (row: UserRow): Account => ({ ...toUser(row), disabledAt: row.disabled_at })

export async function insertUser(queries: Queries, user: User): Promise<void> {
  const { createdAt: created_at, ...columns } = user
  await queries
    .insertInto('users')
    .values({ ...columns, created_at, search_text: searchTextOf(user) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

export async function findUser(queries: Queries, id: string): Promise<Account | undefined> {
  const row = await queries.selectFrom('users').select(userColumns).where('id', '=', id).executeTakeFirst()
  return row && toAccount(row)
}

export async function findUsers(queries: Queries, ids: readonly string[]): Promise<Account[]> {
  if (ids.length === 0) return []
  const rows = await queries.selectFrom('users').select(userColumns).where('id', 'in', ids).execute()
  return rows.map(toAccount)
}
