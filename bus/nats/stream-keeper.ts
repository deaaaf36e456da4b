import { setTimeout as pause } from 'node:timers/promises'
import type { NatsConnection } from 'nats'
import { CodedError } from '../contract/errors.ts'
import { ApiFailure } from './api.ts'
import type { Link } from './link.ts'
import { type StreamSettings, standOnStreams } from './streams.ts'

/** Sees to it that the streams stand, after every connection and whenever somebody misses one. */
export interface StreamKeeper {
  /** Whether the link is up and the streams stand. */
  readonly ready: boolean
  /** Calls `listener` each time the streams stand again after a connection, or after one was made anew. */
  onReady(listener: () => void): () => void
  /** The same, and at once when they stand now. */
  whenReady(listener: () => void): () => void
  /**
   * The connection, once the streams stand.
   *
   * @throws CodedError `bus_unavailable` when they do not within `timeoutMs`.
   */
  whenStanding(timeoutMs: number): Promise<NatsConnection>
  epochOf(stream: string): number
  /** Resolves when the streams were looked at, now or up to half a second ago; at once while they do not stand. */
  lookAgain(): Promise<void>
  onMissingStream(): void
}

const lookPauseMs = 500
/** Whoever starts beside a hub waits for it no longer than this. */
const standPauseMs = 150

export const keepStreams = (link: Link, settings: StreamSettings): StreamKeeper =>
  new LinkStreams(link, settings)

class LinkStreams implements StreamKeeper {
  readonly #link: Link
  readonly #settings: StreamSettings
  readonly #listeners = new Set<() => void>()
  #epochs = new Map<string, number>()
  #ready = false
  #looking: Promise<void> | undefined
  /** Whether one was asked for since `#looking` began. */
  #looksOn = false
  /** The trouble that was logged last: a wait says it once. */
  #reported: string | undefined
  /** Counts connections, so that what one of them began is not taken for another's. */
  #session = 0

  constructor(link: Link, settings: StreamSettings) {
    this.#link = link
    this.#settings = settings
    link.onUp((connection) => {
      this.#session += 1
      void this.#stand(connection, this.#session)
    })
    link.onDown(() => {
      this.#session += 1
      this.#ready = false
    })
  }

  get ready(): boolean {
    return this.#ready
  }

  onReady(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  whenReady(listener: () => void): () => void {
    if (this.#ready) listener()
    return this.onReady(listener)
  }

  async whenStanding(timeoutMs: number): Promise<NatsConnection> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const leftMs = Math.max(1, deadline - performance.now())
      const connection = await this.#link.whenUp(leftMs)
      if (this.#ready) return connection
      if (performance.now() >= deadline) throw new CodedError('bus_unavailable', 'The streams do not stand')
      await this.#readyOrDown(leftMs)
    }
  }

  epochOf(stream: string): number {
    return this.#epochs.get(stream) ?? 0
  }

  /**
   * At most one look at a time, and no more than two a second: what happened after the last one is seen by another that
   * follows. @returns the end of the look there is.
   */
  lookAgain(): Promise<void> {
    const connection = this.#link.up
    if (!this.#ready || connection === undefined) return Promise.resolve()
    if (this.#looking !== undefined) this.#looksOn = true
    this.#looking ??= this.#look(connection).finally(() => void pause(lookPauseMs).then(() => this.#rested()))
    return this.#looking
  }

  #rested(): void {
    this.#looking = undefined
    if (this.#looksOn) void this.lookAgain()
    this.#looksOn = false
  }

  onMissingStream(): void {
    void this.lookAgain()
  }

  async #readyOrDown(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    const ends = [this.whenReady(resolve), this.#link.onDown(resolve)]
    await promise
    clearTimeout(timer)
    for (const end of ends) end()
  }

  /** Tries until the streams stand or the connection is gone: JetStream may start later than its server. */
  async #stand(connection: NatsConnection, ours: number): Promise<void> {
    while (this.#session === ours) {
      if (await this.#ensure(connection, ours)) this.#announce()
      if (this.#ready) return
      await pause(standPauseMs)
    }
  }

  async #look(connection: NatsConnection): Promise<void> {
    const before = this.#epochs
    const stands = await this.#ensure(connection, this.#session)
    if (stands && changed(before, this.#epochs)) this.#announce()
  }

  async #ensure(connection: NatsConnection, ours: number): Promise<boolean> {
    try {
      const found = await standOnStreams(connection, this.#settings)
      if (this.#session === ours) this.#epochs = found
      this.#reported = undefined
      return this.#session === ours
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // Who makes none waits here for a hub to do it, at every first start.
      const level = error instanceof ApiFailure && !this.#settings.makes ? 'info' : 'warn'
      if (reason !== this.#reported)
        this.#settings.log(level, 'The streams do not stand yet', { error: reason })
      this.#reported = reason
      return false
    }
  }

  #announce(): void {
    this.#ready = true
    for (const listener of this.#listeners) listener()
  }
}

function changed(before: Map<string, number>, after: Map<string, number>): boolean {
  for (const [stream, epoch] of after) if (before.get(stream) !== epoch) return true
  return false
}
