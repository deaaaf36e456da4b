import type { Msg, NatsConnection } from 'nats'
import { settleDelivery } from './acknowledge.ts'
import type { WorkLoop, WorkOptions } from './bus.ts'
import { deliver } from './deliver.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'
import { type Pull, type PullEnd, startPull } from './pull.ts'

/** What a work loop needs of its bus. */
export interface WorkTools {
  readonly link: Link
  readonly inboxPrefix: string
  readonly log: Log
  /** Calls the listener at once when the streams stand, and each time they do again. */
  readonly onReady: (listener: () => void) => () => void
  readonly onMissingStream: () => void
}

const retryDelayMs = 500

/**
 * Works through a durable consumer: pulls at most as many messages as there are free slots, keeps each alive at a
 * third of the ack wait while its handler runs, and settles it by the handler's decision. A lost connection, a new
 * leader or a deleted consumer ends the pull, never the loop.
 *
 * One pull is open at a time, since each costs heartbeats for as long as it waits: slots that come free meanwhile are
 * asked for when it ends. Nobody waits for that: it ends with the last message it asked for.
 */
export const startWork = (options: WorkOptions, tools: WorkTools): WorkLoop => new PullLoop(options, tools)

class PullLoop implements WorkLoop {
  readonly #options: WorkOptions
  readonly #tools: WorkTools
  readonly #running = new Set<Promise<void>>()
  readonly #stopListening: readonly (() => void)[]
  #open: Pull | undefined
  #draining = false
  #retry: NodeJS.Timeout | undefined

  constructor(options: WorkOptions, tools: WorkTools) {
    this.#options = options
    this.#tools = tools
    this.#stopListening = [tools.onReady(() => this.#fill()), tools.link.onDown(() => this.#cancelPull())]
  }

  get running(): number {
    return this.#running.size
  }

  async drain(): Promise<void> {
    this.#draining = true
    clearTimeout(this.#retry)
    this.#cancelPull()
    for (const stop of this.#stopListening) stop()
    await Promise.all(this.#running)
  }

  #fill(): void {
    const connection = this.#tools.link.up
    if (this.#draining || connection === undefined || this.#open !== undefined) return
    const batch = this.#options.slots - this.#running.size
    if (batch === 0) return
    try {
      this.#pull(connection, batch)
    } catch (error) {
      // The client closed in this very moment.
      this.#tools.log('warn', 'A pull could not be sent', { error: String(error) })
      this.#fillLater()
    }
  }

  #pull(connection: NatsConnection, batch: number): void {
    const { stream, durable: consumer } = this.#options
    this.#open = startPull(connection, {
      stream,
      consumer,
      batch,
      inboxPrefix: this.#tools.inboxPrefix,
      onMessage: (message) => this.#take(message),
      onEnd: (end) => this.#afterPull(end),
    })
  }

  #afterPull(end: PullEnd): void {
    this.#open = undefined
    if (end !== 'lost') {
      this.#fill()
      return
    }
    this.#tools.onMissingStream()
    this.#fillLater()
  }

  #fillLater(): void {
    clearTimeout(this.#retry)
    if (!this.#draining) this.#retry = setTimeout(() => this.#fill(), retryDelayMs)
  }

  #cancelPull(): void {
    this.#open?.cancel()
    this.#open = undefined
  }

  /** A cancelled pull may still bring a message that was on its way: without a free slot it goes back at once. */
  #take(message: Msg): void {
    const { reply } = message
    if (reply === undefined) return
    const { link, log } = this.#tools
    if (this.#draining || this.#running.size >= this.#options.slots)
      return void settleDelivery(link, reply, { kind: 'nak', delayMs: 0 }, log)
    const run: Promise<void> = deliver(message, reply, this.#options, { link, log }).finally(() => {
      this.#running.delete(run)
      this.#fill()
    })
    this.#running.add(run)
  }
}
