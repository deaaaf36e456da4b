import type { ChatFinal, ChatRequest } from '../../bus/contract/chat.ts'
import { decode, encode } from '../../bus/contract/codec.ts'
import { randomToken } from '../../bus/contract/ids.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { consumers } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus, Decision } from '../../bus/nats/bus.ts'

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

type EntryBody = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, 'request_id' | 'attempt' | 'owner' | 'n'>
    : never
  : never

/** Writes one reply's log over the real bus, entry by entry, as a worker would. */
export interface LogWriter {
  readonly request: ChatRequest
  /** The text written so far. */
  readonly text: string
  write(entry: EntryBody): Promise<number>
  say(content: string): Promise<number>
  /** `done`, then the final. */
  finish(reason?: 'stop' | 'cancelled'): Promise<void>
  /** Only the final, also twice. */
  publishFinal(more?: Partial<ChatFinal>): Promise<void>
}

/** Begins a log: its `start` is written when this resolves. */
export async function beginLog(
  bus: Bus,
  request: ChatRequest,
  source = { model: 'stand-in', backend: 'script' },
): Promise<LogWriter> {
  const { user_id, request_id, conversation_id } = request
  const subject = subjects.stream(user_id, request_id)
  const attempt = request.attempt_floor + 1
  const owner = randomToken()
  let last = (await bus.lastEntry('AI_CHAT_STREAM', subject))?.seq ?? 0
  let n = 0
  let text = ''
  /** A repeat of one's own stored entry is refused too (PROTOCOL section 4, writer's rule 5). */
  const ownLast = async (): Promise<number> => {
    const entry = await bus.lastEntry('AI_CHAT_STREAM', subject)
    const read = entry && (decode(entry.body, limits) as LogEntry)
    if (entry === undefined || read?.owner !== owner || read.n !== n)
      throw new Error('Another writer has the log')
    return entry.seq
  }
  const write = async (entry: EntryBody): Promise<number> => {
    const body = encode({ ...entry, request_id, attempt, owner, n })
    const published = await bus.publish(subject, body, {
      messageId: `${owner}.${n}`,
      expectedLastSequence: last,
    })
    last = published.outcome === 'stored' ? published.seq : await ownLast()
    n += 1
    return last
  }
  const publishFinal = async (more: Partial<ChatFinal> = {}) => {
    const final: ChatFinal = {
      ...{
        request_id,
        user_id,
        conversation_id,
        attempt,
        model: 'stand-in',
        backend: 'script',
        content: text,
      },
      ...{ thoughts: '', cues: [], finish_reason: 'stop', usage: { completion_tokens: 3 } },
      ...{ timings: { duration_ms: 5 }, timestamp: Date.now() / 1000 },
      ...more,
    }
    await bus.publish(subjects.final(request.user_id, request.request_id), encode(final), {
      messageId: `${owner}.${randomToken()}`,
    })
  }
  await write({ type: 'start', conversation_id, offset: 0, ...source })
  return {
    request,
    get text() {
      return text
    },
    write,
    say: async (content) => {
      const offset = text.length
      text += content
      return await write({ type: 'chunk', offset, content })
    },
    finish: async (reason = 'stop') => {
      const timings = { duration_ms: 5 }
      await write({ type: 'done', length: text.length, finish_reason: reason, usage: {}, timings })
      await publishFinal({ finish_reason: reason })
    },
    publishFinal,
  }
}

/** Takes requests from the queue and does what `script` says with each; then acknowledges. Stop with `drain`. */
export function startScriptedWorker(
  bus: Bus,
  script: (request: ChatRequest) => Promise<Decision | undefined>,
) {
  return bus.work({
    ...consumers.chatWorkers,
    slots: 4,
    handle: async ({ body }) => (await script(decode(body, limits) as ChatRequest)) ?? { kind: 'ack' },
  })
}

/** Answers every request with the same words. */
export const startAnsweringWorker = (bus: Bus, words: string) =>
  startScriptedWorker(bus, (request) => answerWith(bus, request, words))

/** Writes one whole reply. */
export async function answerWith(bus: Bus, request: ChatRequest, words: string): Promise<undefined> {
  const log = await beginLog(bus, request)
  await log.say(words)
  await log.finish()
}
