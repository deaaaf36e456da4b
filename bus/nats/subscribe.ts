import type { Msg, NatsConnection, Subscription as NatsSubscription } from 'nats'
import type { BusMessage, Subscription } from './bus.ts'
import { lastSequenceMark, readHeaderNumber, sequenceMark } from './headers.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'

export interface CoreSubscription extends Subscription {
  /** Unsubscribes; resolves when everything the server had sent before it knew of that was heard. */
  drain(): Promise<void>
}

/** A subscription that is made with the first connection and again with each new one. */
export function subscribeCore(
  link: Link,
  log: Log,
  options: {
    readonly subject: string
    readonly queue?: string | undefined
    readonly hear: (message: Msg) => void
  },
): CoreSubscription {
  const { subject, queue, hear } = options
  let subscription: NatsSubscription | undefined
  const callback = (error: Error | null, message: Msg): void => {
    try {
      // The one error that comes here is a refusal, which the link reports.
      if (error === null) hear(message)
    } catch (thrown) {
      // Thrown on into the client's parser it would end the connection for everybody.
      log('error', 'A message could not be handled', { error: String(thrown) })
    }
  }
  const stopMaking = link.onConnection((connection) => {
    subscription = connection.subscribe(subject, queue === undefined ? { callback } : { callback, queue })
  })
  const { active, giveUp } = confirmActive(link)
  const stop = (): void => {
    stopMaking()
    giveUp()
  }
  return {
    active,
    unsubscribe: () => {
      stop()
      if (subscription?.isClosed() === false) subscription.unsubscribe()
    },
    drain: async () => {
      stop()
      // A connection that is gone brings nothing more.
      await subscription?.drain().catch(() => undefined)
    },
  }
}

/** Resolves when the server answered a ping sent after the subscription; also when nobody waits for it any more. */
function confirmActive(link: Link): { active: Promise<void>; giveUp: () => void } {
  const { promise: active, resolve } = Promise.withResolvers<void>()
  const ping = (connection: NatsConnection): void => {
    connection.flush().then(resolve, () => undefined)
  }
  const stopPinging = link.onUp(ping)
  void active.then(stopPinging)
  return { active, giveUp: resolve }
}

/** Reads a message's sequences only where they are asked for: every token of every reply passes through here. */
export class LiveMessage implements BusMessage {
  readonly #message: Msg

  constructor(message: Msg) {
    this.#message = message
  }

  get subject(): string {
    return this.#message.subject
  }

  get body(): Uint8Array {
    return this.#message.data
  }

  get sequence(): number {
    return readHeaderNumber(this.#message, sequenceMark)
  }

  get previousSequence(): number {
    return readHeaderNumber(this.#message, lastSequenceMark)
  }
}
