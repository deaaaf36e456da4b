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

export function keepStreams(link: Link, settings: StreamSettings): StreamKeeper {
  const listeners = new Set<() => void>()
  let epochs = new Map<string, number>()
  let ready = false
  let looking: Promise<void> | undefined
  /** The trouble that was logged last: a wait says it once. */
  let reported: string | undefined

  /** Counts connections, so that what one of them began is not taken for another's. */
  let session = 0

  link.onUp((connection) => {
    session += 1
    void stand(connection, session)
  })
  link.onDown(() => {
    session += 1
    ready = false
  })
  return {
    get ready() {
      return ready
    },
    onReady: listen,
    whenReady,
    whenStanding,
    epochOf: (stream) => epochs.get(stream) ?? 0,
    lookAgain,
    onMissingStream: () => void lookAgain(),
  }

  function whenReady(listener: () => void): () => void {
    if (ready) listener()
    return listen(listener)
  }

  async function whenStanding(timeoutMs: number): Promise<NatsConnection> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const leftMs = Math.max(1, deadline - performance.now())
      const connection = await link.whenUp(leftMs)
      if (ready) return connection
      if (performance.now() >= deadline) throw new CodedError('bus_unavailable', 'The streams do not stand')
      await readyOrDown(leftMs)
    }
  }

  async function readyOrDown(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    const ends = [whenReady(resolve), link.onDown(resolve)]
    await promise
    clearTimeout(timer)
    for (const end of ends) end()
  }

  function listen(listener: () => void): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** Tries until the streams stand or the connection is gone: JetStream may start later than its server. */
  async function stand(connection: NatsConnection, ours: number): Promise<void> {
    while (session === ours) {
      if (await ensure(connection, ours)) announce()
      if (ready) return
      await pause(standPauseMs)
    }
  }

  /** At most one look at a time, and no more than two a second. */
  function lookAgain(): Promise<void> {
    const connection = link.up
    if (!ready || connection === undefined) return Promise.resolve()
    looking ??= look(connection).finally(() => {
      void pause(lookPauseMs).then(() => {
        looking = undefined
      })
    })
    return looking
  }

  async function look(connection: NatsConnection): Promise<void> {
    const before = epochs
    const stands = await ensure(connection, session)
    if (stands && changed(before, epochs)) announce()
  }

  async function ensure(connection: NatsConnection, ours: number): Promise<boolean> {
    try {
      const found = await standOnStreams(connection, settings)
      if (session === ours) epochs = found
      reported = undefined
      return session === ours
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // Who makes none waits here for a hub to do it, at every first start.
      const level = error instanceof ApiFailure && !settings.makes ? 'info' : 'warn'
      if (reason !== reported) settings.log(level, 'The streams do not stand yet', { error: reason })
      reported = reason
      return false
    }
  }

  function announce(): void {
    ready = true
    for (const listener of listeners) listener()
  }
}

function changed(before: Map<string, number>, after: Map<string, number>): boolean {
  for (const [stream, epoch] of after) if (before.get(stream) !== epoch) return true
  return false
}
