import type { AccessChange } from '../../bus/contract/access.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'
import { closeWith } from './connection.ts'
import type { People, Person } from './people.ts'

/** Credentials asked about in one question to the store. */
const batch = 500

/**
 * Does to a person's sockets what became of their access: those whose session or key is over are closed at once, and
 * what the person may do from now on is what the new role says.
 */
export function applyAccess(rooms: Rooms, people: People, change: AccessChange): void {
  const person = people.byId.get(change.user_id)
  if (person === undefined) return
  if (change.kind === 'changed') {
    person.changes += 1
    if (change.role !== undefined) person.user = { ...person.user, role: change.role }
    void refresh(rooms, person)
    return
  }
  for (const connection of person.connections)
    if (change.kind === 'everything' || change.ended.includes(connection.credential.id))
      closeWith(connection, 'not_signed_in')
}

/**
 * Holds all open sockets against the store: sessions also end by their time, and a change may have been missed. While
 * the store is away everything stays as it is.
 */
export async function checkOpenSockets({ store }: Rooms, people: People): Promise<void> {
  const held = [...people.byId.values()].flatMap((person) =>
    [...person.connections].map(({ credential }) => credential.id),
  )
  const ids = [...new Set(held)]
  for (let start = 0; start < ids.length; start += batch) {
    const asked = ids.slice(start, start + batch)
    const now = Date.now()
    const heard = new Map([...people.byId.values()].map((person) => [person, person.changes]))
    const [sessions, keys] = await Promise.all([
      store.sessions.living(asked, now),
      store.apiKeys.living(asked, now),
    ])
    settle(people, { asked, heard, living: [...sessions, ...keys] })
  }
}

interface Answer {
  readonly asked: readonly string[]
  readonly living: readonly { id: string; user: User }[]
  /** What was heard of each person's name and role when the question was asked. */
  readonly heard: ReadonlyMap<Person, number>
}

/** What the store said of somebody before a change came counts no more; the next check asks again. */
function settle(people: People, { asked, living, heard }: Answer): void {
  const users = new Map(living.map(({ id, user }) => [id, user]))
  const isAsked = new Set(asked)
  for (const person of people.byId.values())
    for (const connection of person.connections) {
      const { id } = connection.credential
      if (!isAsked.has(id)) continue
      const user = users.get(id)
      if (user === undefined) closeWith(connection, 'not_signed_in')
      else if (heard.get(person) === person.changes) person.user = user
    }
}

async function refresh({ store, log }: Rooms, person: Person): Promise<void> {
  const { changes } = person
  try {
    const account = await store.accounts.findUser(person.user.id)
    if (account === undefined || person.changes !== changes) return
    const { disabledAt: _, ...user } = account
    person.user = user
  } catch (error) {
    log.debug(errorFields(error), 'A person is not looked up again')
  }
}
