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
export const openLink = (options: ConnectionOptions, log: Log): Link => new EndlessLink(options, log)

class EndlessLink implements Link {
  readonly #options: ConnectionOptions
  readonly #log: Log
  readonly #ending = new AbortController()
  readonly #onConnection = new Set<(connection: NatsConnection) => void>()
  readonly #onUp = new Set<(connection: NatsConnection) => void>()
  readonly #onDown = new Set<() => void>()
  readonly #onRefusal = new Set<(refusal: Refusal) => void>()
  readonly #living: Promise<void>
  #connection: NatsConnection | undefined
  #up: NatsConnection | undefined

  constructor(options: ConnectionOptions, log: Log) {
    this.#options = options
    this.#log = log
    this.#living = this.#live()
  }

  get up(): NatsConnection | undefined {
    // It is closed a moment before anybody hears of it, and throws then.
    return this.#up?.isClosed() ? undefined : this.#up
  }

  get closed(): boolean {
    return this.#ending.signal.aborted
  }

  onConnection(listener: (connection: NatsConnection) => void): () => void {
    // Between two connections the last one refuses subscriptions; the next one brings them.
    if (this.#connection?.isClosed() === false) listener(this.#connection)
    return listen(this.#onConnection, listener)
  }

  onUp(listener: (connection: NatsConnection) => void): () => void {
    const { up } = this
    if (up !== undefined) listener(up)
    return listen(this.#onUp, listener)
  }

  onDown(listener: () => void): () => void {
    return listen(this.#onDown, listener)
  }

  onRefusal(listener: (refusal: Refusal) => void): () => void {
    return listen(this.#onRefusal, listener)
  }

  whenUp(timeoutMs: number): Promise<NatsConnection> {
    const { up } = this
    if (up !== undefined) return Promise.resolve(up)
    const { signal } = this.#ending
    if (signal.aborted) return Promise.reject(away())
    return new Promise((resolve, reject) => {
      const settle = (made: NatsConnection | undefined): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        this.#onUp.delete(settle)
        if (made === undefined) reject(away())
        else resolve(made)
      }
      const giveUp = (): void => settle(undefined)
      const timer = setTimeout(giveUp, timeoutMs)
      signal.addEventListener('abort', giveUp)
      this.#onUp.add(settle)
    })
  }

  async close(): Promise<void> {
    this.#ending.abort()
    this.#goDown()
    await this.#connection?.close()
    await this.#living
  }

  async #live(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      const made = await dial(this.#options, signal, this.#log)
      if (made === undefined) return
      if (signal.aborted) return made.close()
      // Nothing can be subscribed with one that closed while it was handed over.
      if (!made.isClosed()) this.#take(made)
      await made.closed()
      this.#goDown()
      await pause(redialDelayMs(), undefined, { signal }).catch(() => undefined)
    }
  }

  #take(made: NatsConnection): void {
    this.#connection = made
    for (const listener of this.#onConnection) listener(made)
    this.#up = made
    this.#log('info', 'The bus is connected', { server: made.getServer() })
    for (const listener of this.#onUp) listener(made)
    void this.#follow(made)
  }

  /** Follows what the client tells of a connection. The client leaves this iterator open when it closes. */
  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) this.#goDown()
      else if (status.permissionContext !== undefined)
        for (const listener of this.#onRefusal) listener(status.permissionContext)
      else if (status.type === Events.Error)
        this.#log('error', 'The bus reported an error', { error: status.data })
    }
  }

  #goDown(): void {
    if (this.#up === undefined) return
    this.#up = undefined
    if (!this.closed) this.#log('warn', 'The bus is away', {})
    for (const listener of this.#onDown) listener()
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

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
