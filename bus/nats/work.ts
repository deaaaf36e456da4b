import { SpanKind } from '@opentelemetry/api'
import type { Msg, NatsConnection } from 'nats'
import { spanNames } from '../../telemetry/span-names.ts'
import { growingDelayMs, settleDelivery } from './acknowledge.ts'
import type { Decision, WorkLoop, WorkOptions } from './bus.ts'
import { readDeliveryInfo } from './delivery-info.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'
import { type Pull, type PullEnd, startPull } from './pull.ts'
import { inBusSpan } from './trace.ts'

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
export function startWork(options: WorkOptions, tools: WorkTools): WorkLoop {
  const { link, log } = tools
  const running = new Set<Promise<void>>()
  let open: Pull | undefined
  let draining = false
  let retry: NodeJS.Timeout | undefined
  const stopListening = [tools.onReady(fill), link.onDown(cancelPull)]

  return {
    get running() {
      return running.size
    },
    drain: async () => {
      draining = true
      clearTimeout(retry)
      cancelPull()
      for (const stop of stopListening) stop()
      await Promise.all(running)
    },
  }

  function fill(): void {
    const connection = link.up
    if (draining || connection === undefined || open !== undefined) return
    const batch = options.slots - running.size
    if (batch === 0) return
    try {
      pull(connection, batch)
    } catch (error) {
      // The client closed in this very moment.
      log('warn', 'A pull could not be sent', { error: String(error) })
      fillLater()
    }
  }

  function pull(connection: NatsConnection, batch: number): void {
    const { stream, durable: consumer } = options
    open = startPull(connection, {
      stream,
      consumer,
      batch,
      inboxPrefix: tools.inboxPrefix,
      onMessage: (message) => take(message),
      onEnd: (end) => {
        open = undefined
        afterPull(end)
      },
    })
  }

  function afterPull(end: PullEnd): void {
    if (end !== 'lost') {
      fill()
      return
    }
    tools.onMissingStream()
    fillLater()
  }

  function fillLater(): void {
    clearTimeout(retry)
    if (!draining) retry = setTimeout(fill, retryDelayMs)
  }

  function cancelPull(): void {
    open?.cancel()
    open = undefined
  }

  /** A cancelled pull may still bring a message that was on its way: without a free slot it goes back at once. */
  function take(message: Msg): void {
    const { reply } = message
    if (reply === undefined) return
    if (draining || running.size >= options.slots)
      return void settleDelivery(link, reply, { kind: 'nak', delayMs: 0 }, log)
    const run: Promise<void> = handle(message, reply).finally(() => {
      running.delete(run)
      fill()
    })
    running.add(run)
  }

  async function handle(message: Msg, reply: string): Promise<void> {
    const keepAlive = setInterval(() => link.up?.publish(reply, '+WPI'), options.ackWaitMs / 3)
    try {
      const decision = await decide(message, reply)
      await settleDelivery(link, reply, decision, log)
    } catch (error) {
      log('error', 'A delivery could not be settled', { error: String(error) })
    } finally {
      clearInterval(keepAlive)
    }
  }

  async function decide(message: Msg, reply: string): Promise<Decision> {
    const { seq, deliveryCount } = readDeliveryInfo(reply)
    const { subject } = message
    try {
      const span = { name: spanNames.busDeliver, kind: SpanKind.CONSUMER, subject }
      const delivery = { subject, body: message.data, seq, deliveryCount }
      return await inBusSpan(span, () => options.handle(delivery), message)
    } catch (error) {
      const decision = options.decide?.(error)
      if (decision !== undefined) return decision
      log('warn', 'A delivery failed and is put off', { error: nameOf(error), delivery_count: deliveryCount })
      return { kind: 'nak', delayMs: growingDelayMs(deliveryCount) }
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
