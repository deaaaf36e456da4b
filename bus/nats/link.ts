import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionOptions, NatsConnection } from 'nats'
import { connect, Events } from 'nats'
import { CodedError } from '../contract/errors.ts'
import type { Log } from './log.ts'
import type { Refusal } from './refusals.ts'

/** One connection that is made endlessly: what the rest of this room builds on. */
export interface Link {
  /** The connection while it is up. */
  readonly up: NatsConnection | undefined
  readonly closed: boolean
  /** Calls `listener` with the client's connection, once for each made anew: where subscriptions are made. */
  onConnection(listener: (connection: NatsConnection) => void): () => void
  /** Calls `listener` at once when up, and after each connection. */
  onUp(listener: (connection: NatsConnection) => void): () => void
  onDown(listener: () => void): () => void
  /** Calls `listener` when the server refused to let this process publish to a subject or hear it. */
  onRefusal(listener: (refusal: Refusal) => void): () => void
  /** @throws CodedError `bus_unavailable` when there is no connection within `timeoutMs`. */
  whenUp(timeoutMs: number): Promise<NatsConnection>
  close(): Promise<void>
}

/** A link that half-opened is noticed after three unanswered pings: before a delivery's ack wait is long over. */
const pingIntervalMs = 2_000
const dialTimeoutMs = 2_000

/** Spread out, so that a fleet does not come back in one instant. In milliseconds. */
const redialDelayMs = (): number => 100 + Math.random() * 400

/** Starts connecting and never gives up: a refused token may be mended while we wait. */
export function openLink(options: ConnectionOptions, log: Log): Link {
  const ending = new AbortController()
  const onConnection = new Set<(connection: NatsConnection) => void>()
  const onUp = new Set<(connection: NatsConnection) => void>()
  const onDown = new Set<() => void>()
  const onRefusal = new Set<(refusal: Refusal) => void>()
  let connection: NatsConnection | undefined
  let up: NatsConnection | undefined

  const goUp = (made: NatsConnection): void => {
    up = made
    log('info', 'The bus is connected', { server: made.getServer() })
    for (const listener of onUp) listener(made)
  }
  const goDown = (): void => {
    if (up === undefined) return
    up = undefined
    if (!ending.signal.aborted) log('warn', 'The bus is away', {})
    for (const listener of onDown) listener()
  }
  const refuse = (refusal: Refusal): void => {
    for (const listener of onRefusal) listener(refusal)
  }
  const live = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const made = await dial(options, ending.signal, log)
      if (made === undefined) return
      if (ending.signal.aborted) return made.close()
      // Nothing can be subscribed with one that closed while it was handed over.
      if (!made.isClosed()) {
        connection = made
        for (const listener of onConnection) listener(made)
        goUp(made)
        void follow(made, { goDown, refuse, log })
      }
      await made.closed()
      goDown()
      await pause(redialDelayMs(), undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }
  // It is closed a moment before anybody hears of it, and throws then.
  const stillUp = (): NatsConnection | undefined => (up?.isClosed() ? undefined : up)
  const living = live()

  return {
    get up() {
      return stillUp()
    },
    get closed() {
      return ending.signal.aborted
    },
    onConnection: (listener) => {
      // Between two connections the last one refuses subscriptions; the next one brings them.
      if (connection?.isClosed() === false) listener(connection)
      return listen(onConnection, listener)
    },
    onUp: (listener) => {
      const present = stillUp()
      if (present !== undefined) listener(present)
      return listen(onUp, listener)
    },
    onDown: (listener) => listen(onDown, listener),
    onRefusal: (listener) => listen(onRefusal, listener),
    whenUp: (timeoutMs) => waitForUp(timeoutMs),
    close: async () => {
      ending.abort()
      goDown()
      await connection?.close()
      await living
    },
  }

  function waitForUp(timeoutMs: number): Promise<NatsConnection> {
    const present = stillUp()
    if (present !== undefined) return Promise.resolve(present)
    if (ending.signal.aborted) return Promise.reject(away())
    return new Promise((resolve, reject) => {
      const settle = (made: NatsConnection | undefined): void => {
        clearTimeout(timer)
        ending.signal.removeEventListener('abort', giveUp)
        onUp.delete(settle)
        if (made === undefined) reject(away())
        else resolve(made)
      }
      const giveUp = (): void => settle(undefined)
      const timer = setTimeout(giveUp, timeoutMs)
      ending.signal.addEventListener('abort', giveUp)
      onUp.add(settle)
    })
  }
}

const away = (): CodedError => new CodedError('bus_unavailable', 'The bus is not connected')

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Dials until there is a connection; undefined when `signal` ended it. The client's own `waitOnFirstConnect` would do
 * the same, but can't be stopped before it succeeds.
 */
async function dial(
  options: ConnectionOptions,
  signal: AbortSignal,
  log: Log,
): Promise<NatsConnection | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const connecting = connect({
        ...options,
        timeout: dialTimeoutMs,
        pingInterval: pingIntervalMs,
        maxPingOut: 2,
        // The client's own would wait by the wall clock: set back by an hour, it came back an hour late.
        reconnect: false,
        noAsyncTraces: true,
      })
      return await orAborted(connecting, signal)
    } catch (error) {
      if (failures % 60 === 0) {
        const { servers } = options
        log('warn', 'The bus cannot be reached yet', { servers, error: reason(error) })
      }
      await pause(redialDelayMs(), undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}

/** The client tries one address after the other, each for as long as it may take; who leaves need not wait for that. */
async function orAborted(
  connecting: Promise<NatsConnection>,
  signal: AbortSignal,
): Promise<NatsConnection | undefined> {
  const aborted = Promise.withResolvers<undefined>()
  const leave = () => aborted.resolve(undefined)
  signal.addEventListener('abort', leave)
  const made = await Promise.race([connecting, aborted.promise]).finally(() =>
    signal.removeEventListener('abort', leave),
  )
  if (made === undefined) void connecting.then((late) => late.close()).catch(() => undefined)
  return made
}

interface Ends {
  readonly goDown: () => void
  readonly refuse: (refusal: Refusal) => void
  readonly log: Log
}

/** Follows what the client tells of a connection. The client leaves this iterator open when it closes. */
async function follow(connection: NatsConnection, { goDown, refuse, log }: Ends): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === Events.Disconnect) goDown()
    else if (status.permissionContext !== undefined) refuse(status.permissionContext)
    else if (status.type === Events.Error) log('error', 'The bus reported an error', { error: status.data })
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
