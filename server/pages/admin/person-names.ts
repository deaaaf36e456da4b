import type { Rooms } from '../../house.ts'
import { shortId } from './log-facts.ts'

/** Names of people by their ids, without those who are gone. */
export type Names = ReadonlyMap<string, string>

/** The names of those who are still here. */
export async function namesOf({ store }: Rooms, ids: readonly (string | null)[]): Promise<Names> {
  const people = await store.accounts.findUsers([...new Set(ids.filter((id) => id !== null))])
  return new Map(people.map(({ id, name }) => [id, name]))
}

/** Who is gone is named by the end of their id. */
export const nameOf = (id: string, names: Names): string => names.get(id) ?? `somebody gone (${shortId(id)})`
