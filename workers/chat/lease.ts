import { writerLeaseMs } from '../../bus/contract/limits.ts'
import type { StoredEntry } from '../../bus/nats/bus.ts'

/** Most logs whose last entry is remembered; the oldest memory goes first. */
const maxWatched = 10_000

/**
 * How long writers' leases still run. Clocks of two machines may differ, so an entry is also too old once this process
 * has itself seen it unchanged for the length of a lease.
 */
export class Leases {
  readonly #seen = new Map<string, { seq: number; sinceMs: number }>()

  /** Milliseconds until the writer of this last entry may be followed; 0: now. */
  remainingMs(subject: string, last: StoredEntry): number {
    const ageMs = Date.now() - last.storedAtMs
    return Math.max(0, writerLeaseMs - Math.max(ageMs, this.#watchedMs(subject, last.seq)))
  }

  #watchedMs(subject: string, seq: number): number {
    const now = performance.now()
    const before = this.#seen.get(subject)
    if (before?.seq === seq) return now - before.sinceMs
    this.#seen.delete(subject)
    this.#seen.set(subject, { seq, sinceMs: now })
    const oldest = this.#seen.size > maxWatched ? this.#seen.keys().next().value : undefined
    if (oldest !== undefined) this.#seen.delete(oldest)
    return 0
  }

  /** Forgets a log that has ended. */
  forget(subject: string): void {
    this.#seen.delete(subject)
  }
}
