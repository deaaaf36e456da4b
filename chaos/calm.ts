import type { Ledger } from './check/ledger.ts'
import { pause } from './faults/fault.ts'
import type { House } from './house/house.ts'
import type { Crowd } from './people/crowd.ts'

/** After the last fault everything has to be quiet within this time, in milliseconds. */
const calmWithinMs = 90_000

/** Mends everything and waits until every reply has ended on every page. @returns how long that took. */
export async function becomeCalm(house: House, crowd: Crowd, ledger: Ledger): Promise<number> {
  const startedAt = performance.now()
  crowd.quieten()
  await house.heal()
  for (let left = stillOpen(crowd); left.length > 0; left = stillOpen(crowd)) {
    if (performance.now() - startedAt > calmWithinMs) {
      for (const what of left) ledger.violate(what)
      break
    }
    for (const person of crowd.people) {
      person.lookForUnseen()
      person.stopEndless()
    }
    await pause(200)
  }
  return performance.now() - startedAt
}

function stillOpen({ people }: Crowd): string[] {
  return people.flatMap((person) => [
    ...(person.hasUnsent ? [`${person.userId} still has an unsent message`] : []),
    ...person.open.map((id) => `${id} has not ended for anybody`),
    ...person.tabs.flatMap((tab) => tab.thread.unsettled.map((id) => `${id} still runs on a page`)),
  ])
}
