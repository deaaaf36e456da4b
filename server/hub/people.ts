import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus, BusMessage, Subscription } from '../../bus/nats/bus.ts'
import type { User } from '../store/store.ts'
import type { Connection } from './connection.ts'
import type { ReplyTail } from './reply-tail.ts'

/** A signed-in person with at least one socket on this hub. */
export interface Person {
  /** As last heard: role and name may change while somebody is here. The id stays. */
  user: User
  /** How many changes of name or role were heard: what the store was asked before one came is older than it. */
  changes: number
  readonly connections: Set<Connection>
  /** Entries of all replies, as the stream republishes them, and text ahead of them. */
  live: Subscription
  notices: Subscription
  /** Replies this hub passes on to this person now, by request. */
  tails: Map<string, ReplyTail> | undefined
}

export interface Hearing {
  readonly onLive: (person: Person, message: BusMessage) => void
  readonly onNotice: (person: Person, message: BusMessage) => void
}

/** Who is here. A person's subjects are subscribed to with the first socket and dropped with the last. */
export class People {
  readonly byId = new Map<string, Person>()
  readonly #bus: Bus
  readonly #hearing: Hearing

  constructor(bus: Bus, hearing: Hearing) {
    this.#bus = bus
    this.#hearing = hearing
  }

  /** The person, made and subscribed for where this is the first socket, which the caller enters at once. */
  arrive(user: User): Person {
    const present = this.byId.get(user.id)
    if (present !== undefined) return present
    const { onLive, onNotice } = this.#hearing
    const person: Person = {
      user,
      changes: 0,
      connections: new Set(),
      live: this.#bus.subscribe(subjects.live(user.id), (message) => onLive(person, message)),
      notices: this.#bus.subscribe(subjects.notify(user.id), (message) => onNotice(person, message)),
      tails: undefined,
    }
    this.byId.set(user.id, person)
    return person
  }

  leave(connection: Connection): void {
    const { person } = connection
    person.connections.delete(connection)
    if (person.connections.size > 0 || this.byId.get(person.user.id) !== person) return
    this.byId.delete(person.user.id)
    person.live.unsubscribe()
    person.notices.unsubscribe()
    person.tails = undefined
  }
}
