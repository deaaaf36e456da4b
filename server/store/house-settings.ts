import type { Database } from './database.ts'

/** What admins set at run time, as JSON by name; all hubs read the same. */
export interface HouseSettingStore {
  get(name: string): Promise<unknown>
  set(name: string, value: unknown, by: { userId: string; now: number }): Promise<void>
}

export function createHouseSettingStore(database: Database): HouseSettingStore {
  return {
    get: (name) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('house_settings')
          .select('value_json')
          .where('name', '=', name)
          .executeTakeFirst()
        return row && JSON.parse(row.value_json)
      }),
    set: (name, value, { userId, now }) =>
      database.write(async (queries) => {
        const set = { value_json: JSON.stringify(value), changed_at: now, changed_by: userId }
        await queries
          .insertInto('house_settings')
          .values({ name, ...set })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(set))
          .execute()
      }),
  }
}
