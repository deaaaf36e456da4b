import { setTimeout as pause } from 'node:timers/promises'
import { readAddress } from './address.ts'
import type { Bus } from './bus.ts'
import { type Link, openLink } from './link.ts'
import type { Log } from './log.ts'
import { makePublisher, type Publisher } from './publish.ts'
import { readEntries } from './read-entries.ts'
import { reportRefusals } from './refusals.ts'
import { ask, startResponder } from './request.ts'
import { holds, lastEntry, purge, remove } from './stored-entries.ts'
import { keepStreams } from './stream-keeper.ts'
import { LiveMessage, subscribeCore } from './subscribe.ts'
import { UnderWay } from './under-way.ts'
import { startWork } from './work.ts'

export interface BusOptions {
  /**
   * `nats://TOKEN@host:4222`, or several parted by commas; see `address.ts`. Those alone are tried: what a cluster tells
   * of its other servers goes with the connection.
   */
  readonly url: string
  /** What the server's own monitoring calls this connection. */
  readonly name: string
  /** Names the inboxes, so that permissions can hold roles apart; a worker makes no streams. */
  readonly role: 'hub' | 'worker' | 'test'
  /** Copies of each stream in a cluster. Absent: 1 for a new stream, an existing one keeps its own. */
  readonly replicas?: 1 | 3
  /** Multiplies the byte limits of all streams. Default 1. */
  readonly maxBytesScale?: number
  readonly log?: Log
}

const defaultRequestTimeoutMs = 5_000
/** What is under way at `close` gets this long. In milliseconds. */
const closeGraceMs = 5_000

/**
 * Connects to the bus, at once and for good: the answer is in state `connecting`, everything may be asked of it, and
 * it comes back by itself whatever happens to the server.
 *
 * @throws TypeError when `url` is not an address.
 */
export function connectBus(options: BusOptions): Bus {
  const { name, role, log = () => undefined } = options
  const inboxPrefix = `_INBOX_${role}`
  const link = openLink({ ...readAddress(options.url), name, inboxPrefix }, log)
  link.onRefusal(reportRefusals(role, log))
  const keeper = keepStreams(link, {
    makes: role !== 'worker',
    replicas: options.replicas,
    maxBytesScale: options.maxBytesScale ?? 1,
    log,
  })
  const onMissingStream = () => keeper.onMissingStream()
  const publisher = makePublisher(link, inboxPrefix, onMissingStream)
  const makesConsumers = role !== 'worker'
  const whenStanding = (timeoutMs: number) => keeper.whenStanding(timeoutMs)
  const reader = { link, inboxPrefix, makesConsumers, onMissingStream, whenStanding }
  const underWay = new UnderWay()

  return {
    get state() {
      if (link.closed) return 'closed'
      return keeper.ready ? 'connected' : 'connecting'
    },
    onConnect: (listener) => keeper.onReady(listener),
    epochOf: (stream) => keeper.epochOf(stream),
    lookAgain: () => keeper.lookAgain(),
    publish: publisher.publish,
    send: publisher.send,
    subscribe: (subject, handle, { queue } = {}) =>
      subscribeCore(link, log, { subject, queue, hear: (message) => handle(new LiveMessage(message)) }),
    request: (subject, body, { timeoutMs = defaultRequestTimeoutMs } = {}) =>
      ask(link, subject, body, timeoutMs),
    respond: (subject, queue, answer) =>
      underWay.addResponder(startResponder(link, log, { subject, queue, answer })),
    work: (work) =>
      underWay.addLoop(
        startWork(work, { ...reader, log, onReady: (listener) => keeper.whenReady(listener) }),
      ),
    lastEntry: (stream, subject) => lastEntry(reader, stream, subject),
    readEntries: (stream, subject, from) => readEntries(reader, { stream, subject, from }),
    holds: (stream, seq) => holds(reader, stream, seq),
    purge: (stream, subject) => purge(reader, stream, subject),
    remove: (stream, seq) => remove(reader, stream, seq),
    close: async () => {
      if (link.closed) return
      await finish(link, publisher, [...underWay.end(), publisher.settled()])
    },
  }
}

/** Waits for what is under way and hands the last bytes to the server, within the grace time, then closes. */
async function finish(link: Link, publisher: Publisher, ends: Promise<void>[]): Promise<void> {
  const grace = new AbortController()
  if (link.up !== undefined) {
    const last = Promise.all(ends).then(() => {
      publisher.sendGathered()
      return link.up?.flush()
    })
    const over = pause(closeGraceMs, undefined, { signal: grace.signal })
    const away = new Promise<void>((resolve) => void link.onDown(resolve))
    await Promise.race([last, over, away]).catch(() => undefined)
    over.catch(() => undefined)
  }
  grace.abort()
  await link.close()
}
