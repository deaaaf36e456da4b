/** One JetStream stream. Ages in milliseconds, sizes in bytes. All are on file and discard new rather than old. */
export interface StreamSpec {
  readonly name: string
  readonly subjects: readonly string[]
  readonly retention: 'limits' | 'workqueue'
  readonly maxAgeMs: number
  readonly maxBytes: number
  readonly maxMessageBytes: number
  /** Messages with an id seen within this time are dropped as repeats. */
  readonly duplicateWindowMs: number
  readonly republish?: { readonly source: string; readonly destination: string }
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const MiB = 1024 * 1024

/**
 * The streams of PROTOCOL section 2. Byte limits suit one small server, where JetStream reserves
 * them: together 920 MiB. A setting scales them.
 */
export const streams = {
  logins: {
    name: 'COMPANIONS_LOGINS',
    subjects: ['ai.chat.user.*.login'],
    retention: 'limits',
    maxAgeMs: 7 * day,
    maxBytes: 16 * MiB,
    maxMessageBytes: 16 * 1024,
    duplicateWindowMs: 2 * minute,
  },
  chat: {
    name: 'COMPANIONS_CHAT',
    subjects: ['ai.chat.user.*.message', 'ai.chat.user.*.greeting.*'],
    retention: 'workqueue',
    maxAgeMs: 7 * day,
    maxBytes: 128 * MiB,
    maxMessageBytes: MiB,
    duplicateWindowMs: 2 * minute,
  },
  log: {
    name: 'AI_CHAT_STREAM',
    subjects: ['ai.chat.response.stream.>'],
    retention: 'limits',
    maxAgeMs: hour,
    maxBytes: 512 * MiB,
    maxMessageBytes: MiB,
    duplicateWindowMs: 2 * minute,
    republish: { source: 'ai.chat.response.stream.>', destination: 'ai.chat.live.>' },
  },
  finals: {
    name: 'AI_CHAT_FINAL',
    subjects: ['ai.chat.response.final.>'],
    retention: 'workqueue',
    maxAgeMs: 7 * day,
    maxBytes: 256 * MiB,
    maxMessageBytes: MiB,
    duplicateWindowMs: 2 * minute,
  },
  access: {
    name: 'COMPANIONS_ACCESS',
    subjects: ['ai.access.changed'],
    retention: 'limits',
    maxAgeMs: day,
    maxBytes: 8 * MiB,
    maxMessageBytes: 16 * 1024,
    duplicateWindowMs: 2 * minute,
  },
} as const satisfies Record<string, StreamSpec>

/**
 * Durable consumers by name. Ack wait in milliseconds; deliveries are unlimited, the log counts attempts. At most
 * `maxPending` are out at once, those put off by a nak included; past it the rest wait in the stream.
 */
export const consumers = {
  chatWorkers: { stream: streams.chat.name, durable: 'chat-workers', ackWaitMs: 6_000, maxPending: 10_000 },
  recorder: { stream: streams.finals.name, durable: 'recorder', ackWaitMs: 6_000, maxPending: 1_000 },
} as const

/** What a worker works with. It makes none of it: it waits until a hub has. */
export const workerStreams = [streams.chat, streams.log, streams.finals] as const
export const workerConsumers = [consumers.chatWorkers] as const
