import { setTimeout as pause } from 'node:timers/promises'
import type { RestartLimits } from './restart-limits.ts'
import { countDeaths } from './restart-limits.ts'
import type { RunSurroundings, Service } from './service-run.ts'
import { ServiceRun } from './service-run.ts'

export type { Service } from './service-run.ts'

export interface Surroundings extends RunSurroundings {
  limits: RestartLimits
}

/** Runs a service and starts it again when it dies, each time after a longer pause, until it is clear it won't, or it says so at its first start. */
export class KeptService {
  /** Resolves when it is ready for the first time. Never, when that doesn't come. */
  readonly ready: Promise<void>
  /** Resolves, with the reason, when it is given up. Never otherwise. */
  readonly givenUp: Promise<string>
  readonly #surroundings: Surroundings
  readonly #stopping = new AbortController()
  readonly #firstReady = Promise.withResolvers<void>()
  readonly #gaveUp = Promise.withResolvers<string>()
  readonly #finished: Promise<void>
  /** More than one while it is being replaced. */
  readonly #runs = new Set<ServiceRun>()
  #service: Service
  #prepared = false
  #wasReady = false
  #current: ServiceRun | undefined

  constructor(service: Service, surroundings: Surroundings) {
    this.#service = service
    this.#surroundings = surroundings
    this.ready = this.#firstReady.promise
    this.givenUp = this.#gaveUp.promise
    this.#finished = this.#keep()
  }

  get name(): string {
    return this.#service.name
  }

  /**
   * Starts another beside it and, once that is ready, lets the one before end.
   * @returns how the one before ended; undefined where none ran
   * @throws an error with the reason when the other is not ready within `readyMs` milliseconds, or ends; the one
   *   before then goes on as if nothing had been
   */
  async replace(next: Service, readyMs: number): Promise<string | undefined> {
    if (this.#stopping.signal.aborted) throw new Error(`${this.name} is being stopped`)
    const run = this.#begin(next, false)
    try {
      await run.whenReady(readyMs)
    } catch (error) {
      await run.stop()
      throw error
    }
    const before = this.#current
    this.#service = next
    this.#prepared = true
    this.#current = run
    return before?.stop()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#runs].map((run) => run.stop()))
    await this.#finished
  }

  kill(): void {
    this.#stopping.abort()
    for (const run of this.#runs) run.kill()
  }

  async #keep(): Promise<void> {
    const count = countDeaths(this.#surroundings.limits)
    while (!this.#stopping.signal.aborted) {
      this.#current ??= this.#begin(this.#service, this.#prepared)
      const run = this.#current
      const ended = await run.ended
      if (this.#stopping.signal.aborted) return
      // Another has taken its place.
      if (this.#current !== run) continue
      this.#current = undefined
      this.#prepared = run.prepared
      // What it needs was there once, so it may come back, as a database does while it is restored.
      if (run.refused && !this.#wasReady)
        return this.#gaveUp.resolve(`${this.name} cannot run with these settings`)
      const { giveUp, deaths, delayMs } = count(run.readySince)
      if (giveUp) {
        return this.#gaveUp.resolve(`${this.name} died ${deaths} times in a row, the last time with ${ended}`)
      }
      this.#surroundings.say(`${this.name} ended with ${ended}; starting it again in ${delayMs} ms.`)
      await pause(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  #begin(service: Service, prepared: boolean): ServiceRun {
    const run = new ServiceRun(service, prepared, this.#surroundings)
    this.#runs.add(run)
    void run.ready.then(() => {
      this.#wasReady = true
      this.#firstReady.resolve()
    })
    void run.ended.then(() => this.#runs.delete(run))
    return run
  }
}
