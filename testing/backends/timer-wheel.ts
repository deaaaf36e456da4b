import { performance } from 'node:perf_hooks'

/** How finely the wheel keeps time, in milliseconds. */
const TICK_MS = 2
const SLOT_COUNT = 1024

type Entry = { dueTick: number; run: () => void }

/**
 * Runs many small delayed jobs from one timer, since a timer per token is what a thousand streams can't afford.
 * A job runs at its time or up to a tick (2 ms) later, never earlier; the timer sleeps while nothing waits.
 */
export class TimerWheel {
  readonly #slots: Entry[][] = Array.from({ length: SLOT_COUNT }, () => [])
  #timer: NodeJS.Timeout | undefined
  #lastTick = 0
  #waiting = 0

  /** `dueMs` is on the clock of `performance.now()`. */
  schedule(dueMs: number, run: () => void): void {
    if (this.#timer === undefined) {
      this.#lastTick = Math.floor(performance.now() / TICK_MS)
      this.#timer = setInterval(() => this.#turn(), TICK_MS)
    }
    const dueTick = Math.max(Math.ceil(dueMs / TICK_MS), this.#lastTick + 1)
    this.#slots[dueTick % SLOT_COUNT]?.push({ dueTick, run })
    this.#waiting++
  }

  /** Forgets every job that still waits. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const slot of this.#slots) slot.length = 0
    this.#waiting = 0
  }

  #turn(): void {
    const nowTick = Math.floor(performance.now() / TICK_MS)
    // After a long pause one round over all slots finds every job that is due.
    const firstTick = Math.max(this.#lastTick + 1, nowTick - SLOT_COUNT + 1)
    this.#lastTick = nowTick
    for (let tick = firstTick; tick <= nowTick; tick++) this.#runSlot(tick % SLOT_COUNT, nowTick)
    if (this.#waiting === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #runSlot(slotIndex: number, nowTick: number): void {
    const slot = this.#slots[slotIndex]
    if (slot === undefined || slot.length === 0) return
    const due = slot.filter((entry) => entry.dueTick <= nowTick)
    this.#slots[slotIndex] = slot.filter((entry) => entry.dueTick > nowTick)
    this.#waiting -= due.length
    for (const entry of due) entry.run()
  }
}
