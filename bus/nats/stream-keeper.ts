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
  onMissingStream(): void
}

const retryDelayMs = 500

export function keepStreams(link: Link, settings: StreamSettings): StreamKeeper {
  const listeners = new Set<() => void>()
  let epochs = new Map<string, number>()
  let ready = false
  let looking = false
  /** The trouble that was logged last: a wait says it once. */
  let reported: string | undefined

  /** Counts connections, for the client gives the same object after a reconnection. */
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
  async function lookAgain(): Promise<void> {
    const connection = link.up
    if (looking || !ready || connection === undefined) return
    looking = true
    const before = epochs
    const stands = await ensure(connection, session)
    if (stands && changed(before, epochs)) announce()
    await pause(retryDelayMs)
    looking = false
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
