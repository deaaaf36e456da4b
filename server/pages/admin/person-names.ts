import type { Rooms } from '../../house.ts'
import type { Account } from '../../store/accounts.ts'
import { shortId } from './log-facts.ts'

/** Names of people by their ids, without those who are gone. */
export type Names = ReadonlyMap<string, string>

/** Those of these people who are still here. */
export const findPresent = ({ store }: Rooms, ids: readonly (string | null)[]): Promise<Account[]> =>
  store.accounts.findUsers([...new Set(ids.filter((id) => id !== null))])

export const namesOf = (people: readonly Account[]): Names =>
  new Map(people.map(({ id, name }) => [id, name]))

/** Who is gone is named by the end of their id. */
export const nameOf = (id: string, names: Names): string => names.get(id) ?? `somebody gone (${shortId(id)})`
