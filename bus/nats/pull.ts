import type { Msg, NatsConnection } from 'nats'
import { randomToken } from '../contract/ids.ts'
import { statusOf } from './headers.ts'

/**
 * Why a pull ended: it got all it asked for; its time was over; or the server refused it or fell silent (a leader
 * changed, the consumer is not there: 2.9 says nothing of that).
 */
export type PullEnd = 'filled' | 'expired' | 'lost'

export interface PullOptions {
  readonly stream: string
  readonly consumer: string
  /** Most messages wanted. */
  readonly batch: number
  readonly inboxPrefix: string
  readonly onMessage: (message: Msg) => void
  readonly onEnd: (end: PullEnd) => void
}

export interface Pull {
  /** Ends it without `onEnd`; what is already on its way is still handed over. */
  cancel(): void
}

const expiresMs = 10_000
const heartbeatMs = 1_000
/** Heartbeats missed before a pull counts as lost. Counted in ticks, so that a frozen process does not misjudge. */
const silentTicks = 3

/** Asks a pull consumer for at most `batch` messages over an inbox of its own. */
export function startPull(connection: NatsConnection, options: PullOptions): Pull {
  const inbox = `${options.inboxPrefix}.pull.${randomToken()}`
  let outstanding = options.batch
  let silence = 0
  let ended = false
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => (error === null ? hear(message) : end('lost')),
  })
  const ticker = setInterval(() => {
    silence += 1
    if (silence > silentTicks) end('lost')
  }, heartbeatMs)
  const request = { batch: options.batch, expires: expiresMs * 1e6, idle_heartbeat: heartbeatMs * 1e6 }
  connection.publish(
    `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`,
    JSON.stringify(request),
    { reply: inbox },
  )
  return { cancel: stop }

  function hear(message: Msg): void {
    silence = 0
    const status = statusOf(message)
    if (status === 100) return
    if (status !== 0) {
      end(status === 404 || status === 408 ? 'expired' : 'lost')
      return
    }
    outstanding -= 1
    options.onMessage(message)
    if (outstanding <= 0) end('filled')
  }

  function end(why: PullEnd): void {
    if (ended) return
    stop()
    options.onEnd(why)
  }

  function stop(): void {
    if (ended) return
    ended = true
    clearInterval(ticker)
    subscription.drain().catch(() => undefined)
  }
}
