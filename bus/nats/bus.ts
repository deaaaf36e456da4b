import type { StreamSpec } from '../contract/streams.ts'

/** What the rest of the house sees of the bus. `connectBus` in `connection.ts` makes one. */
export interface Bus {
  readonly state: 'connecting' | 'connected' | 'closed'
  /** Calls `listener` after each connection, the first included, once the streams stand. Returns how to stop that. */
  onConnect(listener: () => void): () => void
  /** The creation time of a stream as this process last saw it, in Unix milliseconds; 0 before the first connection. */
  epochOf(stream: StreamName): number
  /** Looks at the streams again, which others may have made anew: `epochOf` is then no older than half a second. */
  lookAgain(): Promise<void>

  /**
   * Publishes to a stream and waits for its answer; the same bytes go out again every 400 ms until then, so
   * `messageId` or `expectedLastSequence` must make a repeat harmless.
   *
   * @throws CodedError `bus_unavailable` when no answer came within `timeoutMs` (default 5,000) or `signal` aborted.
   */
  publish(subject: string, body: Uint8Array, options: PublishOptions): Promise<Published>
  /** Publishes without a stream: best effort, lost while disconnected. */
  send(subject: string, body: Uint8Array): void
  /** Hears core messages; survives reconnections. With `queue`, one member of the group hears each. */
  subscribe(
    subject: string,
    handle: (message: BusMessage) => void,
    options?: { queue?: string },
  ): Subscription
  /** Asks and waits for one answer. @throws CodedError with the answer's own code, or `bus_unavailable`. */
  request(subject: string, body: object, options?: { timeoutMs?: number }): Promise<unknown>
  /** Answers requests, as one of the group `queue`. A CodedError thrown by `answer` travels as a BusError. */
  respond(subject: string, queue: string, answer: (body: unknown) => Promise<object>): Subscription

  /** Works through a durable consumer; see `work.ts`. */
  work(options: WorkOptions): WorkLoop

  /** The last entry on a subject, read from the stream's leader; undefined where there is none. */
  lastEntry(stream: StreamName, subject: string): Promise<StoredEntry | undefined>
  /** Entries of a subject in order, from sequence `from` on, up to what the stream holds when the reading began. */
  readEntries(stream: StreamName, subject: string, from: number): AsyncIterable<StoredEntry>
  /** Whether a stream still holds the message with this sequence. */
  holds(stream: StreamName, seq: number): Promise<boolean>
  /** Removes all messages of a subject. */
  purge(stream: StreamName, subject: string): Promise<void>
  /** Removes one message; not an error where it is gone. */
  remove(stream: StreamName, seq: number): Promise<void>

  /** Lets what is under way finish, then closes. */
  close(): Promise<void>
}

export type StreamName = StreamSpec['name']

export interface PublishOptions {
  readonly messageId: string
  /** Refuse unless the subject's last entry has this sequence; 0: there is none. */
  readonly expectedLastSequence?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** `refused`: the sequence expected was not the last; it means "unknown", see PROTOCOL section 4, writer's rule 5. */
export type Published =
  | { readonly outcome: 'stored'; readonly seq: number; readonly duplicate: boolean }
  | { readonly outcome: 'refused' }

export interface BusMessage {
  readonly subject: string
  readonly body: Uint8Array
  /** For an entry republished by a stream: its sequence, and that of the subject's entry before it (0: none). */
  readonly sequence: number
  readonly previousSequence: number
}

export interface StoredEntry {
  readonly seq: number
  readonly body: Uint8Array
  /** When the stream stored it, in Unix milliseconds. */
  readonly storedAtMs: number
}

export interface Subscription {
  unsubscribe(): void
  /** Resolves once the server knows of the subscription: only then "subscribe first, then read" holds. */
  readonly active: Promise<void>
}

/** One message of a work queue; kept alive at a third of the ack wait for as long as its handler runs. */
export interface Delivery {
  readonly subject: string
  readonly body: Uint8Array
  readonly seq: number
  /** 1 at first; more where an earlier delivery was not settled. */
  readonly deliveryCount: number
}

/** What becomes of a delivery: done with, wanted again after a while, or never again. */
export type Decision =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak'; readonly delayMs: number }
  | { readonly kind: 'term'; readonly reason: string }

export interface WorkOptions {
  readonly stream: StreamName
  readonly durable: string
  readonly ackWaitMs: number
  /** Most deliveries handled at once; no more are pulled than there are free slots. */
  readonly slots: number
  readonly handle: (delivery: Delivery) => Promise<Decision>
  /** What an error that `handle` threw means for its delivery. Default: nak with a growing delay. */
  readonly decide?: (error: unknown) => Decision
}

export interface WorkLoop {
  readonly running: number
  /** Takes nothing new and resolves when what runs has ended. */
  drain(): Promise<void>
}
