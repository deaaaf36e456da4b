import { type Sweep, startSweep } from '../chat/sweep.ts'
import type { Rooms } from '../house.ts'
import { auditAgeMs } from './audit.ts'
import { deleteLeftGuests } from './left-guests.ts'
import { attemptCounters } from './limits/attempts.ts'
import { fillSearchTexts } from './search-texts.ts'
import { deleteUnusedGuests } from './unused-guests.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Counters are kept this long, which is longer than their longest window. */
const counterAgeMs = 48 * hourMs

/** A call that no hub has seen for so long has no page any more that could come back to it. */
const callAgeMs = hourMs

/** Attempts are counted by the minute, and an attacker has many addresses: their counters go soon after. */
const attemptAgeMs = 5 * minuteMs

/** Forgets what is over and fills in what is missing: once an hour, and counters of attempts every few minutes. */
export function startAccountChores(rooms: Rooms): Sweep {
  const { store, log } = rooms
  const hourly = startSweep('forget what is over', hourMs, log, async () => {
    const now = Date.now()
    await store.sessions.deleteExpired(now)
    await store.flows.deleteExpired(now)
    await deleteUnusedGuests(store.accounts, now)
    await store.limits.deleteBefore(now - counterAgeMs)
    await store.calls.deleteBefore(now - callAgeMs)
    await store.audit.deleteBefore(now - auditAgeMs)
    await fillSearchTexts(store.accounts)
    await deleteLeftGuests(rooms, now)
  })
  const often = startSweep('forget attempts', attemptAgeMs, log, () =>
    store.limits.deleteBefore(Date.now() - attemptAgeMs, attemptCounters),
  )
  return {
    soon: () => {
      hourly.soon()
      often.soon()
    },
    stop: async () => {
      await Promise.all([hourly.stop(), often.stop()])
    },
  }
}
