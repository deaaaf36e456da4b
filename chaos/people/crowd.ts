import type { Ledger } from '../check/ledger.ts'
import type { Rescues } from '../check/rescues.ts'
import type { House } from '../house/house.ts'
import type { Random, StreamOf } from '../random.ts'
import { openHouse } from './page.ts'
import { Person } from './person.ts'
import type { Tab } from './tab.ts'

/** Everybody in the house. */
export interface Crowd {
  readonly people: readonly Person[]
  readonly tabs: Tab[]
  /** Calls back when the next message goes out, with the hub it goes to. @returns stops waiting for it. */
  atNextSend(act: (hub: number) => void): () => void
  /** Nobody asks for anything new from now on. */
  quieten(): void
  leave(): void
}

/** How often somebody does something, in milliseconds between two people's doings. */
const everyMs = 250

export interface CrowdOptions {
  readonly house: House
  readonly ledger: Ledger
  readonly rescues: Rescues
  /** Chance of the crowd's own. */
  readonly streamOf: StreamOf
  readonly count: number
}

/** Lets so many people in, each with two tabs, and has them talk. */
export async function gather({ house, ledger, rescues, streamOf, count }: CrowdOptions): Promise<Crowd> {
  const waiting = new Set<(hub: number) => void>()
  const chooseDoor = (random: Random) => {
    const up = house.hubs.filter((hub) => hub.isUp)
    const hub = random.pick(up.length > 0 ? up : house.hubs)
    return { hub: house.hubs.indexOf(hub), port: hub.front?.port ?? 0 }
  }
  const onSent = ({ line }: Tab) => {
    for (const act of waiting) act(line.hub)
    waiting.clear()
  }
  const enter = async (_: unknown, index: number) => {
    const doors = streamOf(0, index)
    const cookie = await openHouse(chooseDoor(doors).port)
    return new Person({ cookie, ledger, rescues, chooseDoor: () => chooseDoor(doors), onSent })
  }
  const people = await Promise.all(Array.from({ length: count }, enter))
  for (const person of people) {
    person.openTab()
    person.openTab()
  }
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
    const random = streamOf(1, turns)
    doSomething(random.pick(people), random)
  }, everyMs)
  return {
    people,
    get tabs() {
      return people.flatMap(({ tabs }) => tabs)
    },
    atNextSend: (act) => {
      waiting.add(act)
      return () => waiting.delete(act)
    },
    quieten: () => clearInterval(timer),
    leave: () => {
      clearInterval(timer)
      for (const tab of people.flatMap(({ tabs }) => tabs)) tab.close()
    },
  }
}

function doSomething(person: Person, random: Random): void {
  const dice = random.fraction()
  if (dice < 0.8) person.ask(random)
  else if (dice < 0.9) person.stop(random)
  else if (dice < 0.94) person.reload()
  else if (dice < 0.97 && person.tabs.length < 4) person.openTab()
  else if (person.tabs.length > 2 && !person.hasUnsent) person.closeTab()
}
