import type { ExpressionBuilder } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Codes for whoever lost all passkeys, each good once; the store keeps their hashes. */
export interface RecoveryCodeStore {
  /** New codes end all earlier ones. */
  replace(userId: string, codeHashes: readonly string[], now: number): Promise<void>
  /** Whose code it is, which stays good; undefined as for `use`. */
  findUser(codeHash: string): Promise<string | undefined>
  /** @returns whose code it was; undefined for a wrong or used one, or a disabled user's. */
  use(codeHash: string, now: number): Promise<string | undefined>
  countUnused(userId: string): Promise<number>
}

export function createRecoveryCodeStore(database: Database): RecoveryCodeStore {
  return {
    replace: (userId, codeHashes, now) =>
      database.write(async (queries) => {
        await database.lockUser(queries, userId)
        await queries.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
        const rows = codeHashes.map((code_hash) => ({ user_id: userId, code_hash, created_at: now }))
        if (rows.length > 0) await queries.insertInto('recovery_codes').values(rows).execute()
      }),
    findUser: (codeHash) =>
      database.read(async (queries) => {
        const found = queries.selectFrom('recovery_codes').select('user_id').where('code_hash', '=', codeHash)
        const unused = found.where('used_at', 'is', null).where('user_id', 'in', enabled)
        return (await unused.executeTakeFirst())?.user_id
      }),
    use: (codeHash, now) =>
      database.write(async (queries) => {
        const used = await queries
          .updateTable('recovery_codes')
          .set({ used_at: now })
          .where('code_hash', '=', codeHash)
          .where('used_at', 'is', null)
          .where('user_id', 'in', enabled)
          .returning('user_id')
          .executeTakeFirst()
        return used?.user_id
      }),
    countUnused: (userId) =>
      database.read(async (queries) => {
        const unused = queries.selectFrom('recovery_codes').select('code_hash').where('user_id', '=', userId)
        return (await unused.where('used_at', 'is', null).execute()).length
      }),
  }
}

const enabled = ({ selectFrom }: ExpressionBuilder<Schema, 'recovery_codes'>) =>
  selectFrom('users').select('id').where('disabled_at', 'is', null)
