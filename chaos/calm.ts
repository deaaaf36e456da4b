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

/** After a fault that struck alone, what it may have touched has to end within this time, in milliseconds. */
const recoverWithinMs = 40_000

/** Waits until all replies that are open now have ended for whoever asked, while people talk on. */
export async function recover({ people }: Crowd, ledger: Ledger, kind: string): Promise<void> {
  const endsAt = performance.now() + recoverWithinMs
  const touched = people.flatMap((person) => person.open.map((requestId) => ({ person, requestId })))
  for (;;) {
    const left = touched.filter(({ person, requestId }) => person.open.includes(requestId))
    if (left.length === 0) return
    if (performance.now() > endsAt) {
      for (const { requestId } of left) ledger.violate(`${requestId} has not ended after: ${kind}`, requestId)
      return
    }
    for (const person of people) {
      person.lookForUnseen()
      person.stopEndless()
    }
    await pause(200)
  }
}

function stillOpen({ people }: Crowd): string[] {
  return people.flatMap((person) => [
    ...(person.hasUnsent ? [`${person.userId} still has an unsent message`] : []),
    ...person.open.map((id) => `${id} has not ended for anybody`),
    ...person.tabs.flatMap((tab) => tab.thread.unsettled.map((id) => `${id} still runs on a page`)),
  ])
}
