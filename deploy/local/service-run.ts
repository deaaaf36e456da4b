import { setTimeout as pause } from 'node:timers/promises'
import type { Child, Program } from './child-process.ts'
import { startChild } from './child-process.ts'
import type { TakeLine } from './log-lines.ts'
import type { Watchdog } from './watchdog.ts'

export interface Service extends Program {
  name: string
  /** Run to its end, successfully, before the first start. */
  preparation?: Program
  /** Which of its lines are worth printing; all of them by default. */
  showLine?: (line: string) => boolean
  /** Whether a start is ready without it. */
  mayBeLate?: boolean
  /** How long it has to end after SIGTERM, in milliseconds, before SIGKILL; by default what its surroundings say. */
  graceMs?: number
}

export interface RunSurroundings {
  say: TakeLine
  takeLine: TakeLine
  watchdog: Watchdog
  graceMs: number
}

/** One process of a service, from its preparation, unless that is done already, to its end. */
export class ServiceRun {
  /** Resolves when it does its work. Never, when that doesn't come. */
  readonly ready: Promise<void>
  /** Resolves when it has ended, with how. Never rejects. */
  readonly ended: Promise<string>
  /** When it became ready, in the time of `performance.now()`. */
  readySince: number | undefined
  /** Whether the next run needs no preparation. */
  prepared: boolean
  readonly #service: Service
  readonly #surroundings: RunSurroundings
  #child: Child | undefined
  #stopping = false
  #stopped: Promise<string> | undefined

  constructor(service: Service, prepared: boolean, surroundings: RunSurroundings) {
    this.#service = service
    this.#surroundings = surroundings
    this.prepared = prepared
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    this.ended = this.#run(ready.resolve)
  }

  /** Whether it told that it would end so whenever it is started; complete once `ended` has resolved. */
  get refused(): boolean {
    return this.#child?.refused ?? false
  }

  /** SIGTERM, once, since a second one would end it at once; SIGKILL after the grace time. Resolves as `ended`. */
  stop(): Promise<string> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  kill(): void {
    this.#stopping = true
    this.#child?.kill()
  }

  /**
   * Resolves when it is ready.
   * @throws an error with the reason when it ends before, or takes longer than `withinMs`; it may then still run
   */
  async whenReady(withinMs: number): Promise<void> {
    const { name } = this.#service
    const over = new AbortController()
    const late = pause(withinMs, `${name} was not ready within ${withinMs / 1000} s`, { signal: over.signal })
    const ended = this.ended.then((how) => `${name} ended with ${how} before it was ready`)
    const reason = await Promise.race([this.ready, ended, late])
    over.abort()
    await late.catch(() => undefined)
    if (reason !== undefined) throw new Error(reason)
  }

  async #stop(): Promise<string> {
    const { name, graceMs = this.#surroundings.graceMs } = this.#service
    this.#stopping = true
    this.#child?.terminate()
    const timer = setTimeout(() => {
      this.#surroundings.say(`${name} did not end within ${graceMs / 1000} s and is killed.`)
      this.kill()
    }, graceMs)
    return this.ended.finally(() => clearTimeout(timer))
  }

  async #run(onReady: () => void): Promise<string> {
    const { preparation } = this.#service
    if (!this.prepared && preparation) {
      const ended = await this.#start(preparation).ended
      if (ended !== 'exit code 0' || this.#stopping) return ended
    }
    this.prepared = true
    const child = this.#start(this.#service)
    void child.ready.then(() => {
      this.readySince = performance.now()
      onReady()
    })
    return child.ended
  }

  #start(program: Program): Child {
    const { takeLine, watchdog } = this.#surroundings
    this.#child = startChild(program, takeLine, watchdog)
    return this.#child
  }
}
