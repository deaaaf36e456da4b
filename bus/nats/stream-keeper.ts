import { setTimeout as pause } from 'node:timers/promises'
import type { NatsConnection } from 'nats'
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
  epochOf(stream: string): number
  /** Resolves when the streams were looked at, now or up to half a second ago; at once while they do not stand. */
  lookAgain(): Promise<void>
  onMissingStream(): void
}

const retryDelayMs = 500

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
    whenReady: (listener) => {
      if (ready) listener()
      return listen(listener)
    },
    epochOf: (stream) => epochs.get(stream) ?? 0,
    lookAgain,
    onMissingStream: () => void lookAgain(),
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
      await pause(retryDelayMs)
    }
  }

  /** At most one look at a time, and no more than two a second. */
  function lookAgain(): Promise<void> {
    const connection = link.up
    if (!ready || connection === undefined) return Promise.resolve()
    looking ??= look(connection).finally(() => {
      void pause(retryDelayMs).then(() => {
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
      if (reason !== reported) settings.log('warn', 'The streams do not stand yet', { error: reason })
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
