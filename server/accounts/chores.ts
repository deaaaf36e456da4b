import { type Sweep, startSweep } from '../chat/sweep.ts'
import type { Rooms } from '../house.ts'
import { auditAgeMs } from './audit.ts'

const hourMs = 60 * 60_000

/** Counters are kept this long, which is longer than their longest window. */
const counterAgeMs = 48 * hourMs

/** Forgets, once an hour, what is over. */
export const startAccountChores = ({ store, log }: Pick<Rooms, 'store' | 'log'>): Sweep =>
  startSweep('forget what is over', hourMs, log, async () => {
    const now = Date.now()
    await store.sessions.deleteExpired(now)
    await store.flows.deleteExpired(now)
    await store.limits.deleteBefore(now - counterAgeMs)
    await store.audit.deleteBefore(now - auditAgeMs)
  })
