import { SpanKind } from '@opentelemetry/api'
import type { Msg, MsgHdrs, NatsConnection, PublishOptions as NatsPublishOptions } from 'nats'
import { spanNames } from '../../telemetry/span-names.ts'
import { CodedError } from '../contract/errors.ts'
import { randomToken } from '../contract/ids.ts'
import { maxBusBytes, publishRetryMs } from '../contract/limits.ts'
import type { Published, PublishOptions } from './bus.ts'
import { fixedHeaders, type HeaderField, statusOf } from './headers.ts'
import type { Link } from './link.ts'
import { RefusedSubjects } from './refused-subjects.ts'
import { readAnswer } from './stream-answer.ts'
import { inBusSpan, traceFields } from './trace.ts'

export interface Publisher {
  publish(subject: string, body: Uint8Array, options: PublishOptions): Promise<Published>
  /**
   * Best effort, in one write with what else goes out in this turn of the loop. What the server refused is tried again
   * once a minute: it logs each time, and may be given other rights.
   */
  send(subject: string, body: Uint8Array): void
  /** Hands the client what is gathered for the end of this turn. */
  sendGathered(): void
  /** Resolves when no publication waits for its answer. */
  settled(): Promise<void>
}

const defaultTimeoutMs = 5_000
/** How often waiting publications are looked over: one timer for all, while there are any. */
const sweepMs = 100

/** Nothing is gathered after so long without a write, in milliseconds. */
const pauseMs = 2

/** What goes out once and waits for nothing. */
interface Sending {
  readonly subject: string
  readonly body: Uint8Array
}

/** One publication until its answer: the same bytes, over and over. */
interface Waiting extends Sending {
  readonly headers: MsgHdrs
  readonly reply: string
  readonly deadline: number
  readonly settle: (outcome: Published | CodedError) => void
  sendAgainAt: number
  problem: string
}

/**
 * Publishing to streams over one inbox of our own: the client's `js.publish` costs twice as much. What is published
 * while the connection is away is held, since the client would lose it without a word.
 */
export function makePublisher(link: Link, inboxPrefix: string, onMissingStream: () => void): Publisher {
  const inbox = `${inboxPrefix}.publish.${randomToken()}`
  const waiting = new Map<string, Waiting>()
  const whenSettled = new Set<() => void>()
  const refused = new RefusedSubjects()
  let count = 0
  let outgoing: (Waiting | Sending)[] = []
  let sentAtMs = Number.NEGATIVE_INFINITY
  let sweeper: NodeJS.Timeout | undefined

  link.onConnection((connection) => {
    refused.clear()
    connection.subscribe(`${inbox}.*`, { callback: (error, message) => error ?? hear(message) })
  })
  link.onUp((connection) => {
    for (const one of waiting.values()) transmit(connection, one)
  })
  link.onRefusal(({ operation, subject }) => {
    if (operation !== 'publish') return
    refused.add(subject)
    for (const one of waiting.values())
      if (one.subject === subject) one.settle(unanswered(`The bus does not permit to publish to ${subject}`))
  })

  return {
    publish: (subject, body, options) => {
      if (options.expectedLastSequence !== undefined) return publish(subject, body, options)
      const span = { name: spanNames.busPublish, kind: SpanKind.PRODUCER, subject }
      return inBusSpan(span, () => publish(subject, body, options))
    },
    send: (subject, body) => {
      if (!refused.has(subject)) putOut({ subject, body })
    },
    sendGathered,
    settled: () =>
      waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => whenSettled.add(resolve)),
  }

  function publish(subject: string, body: Uint8Array, options: PublishOptions): Promise<Published> {
    const { signal, timeoutMs = defaultTimeoutMs } = options
    if (body.byteLength > maxBusBytes) return Promise.reject(new CodedError('frame_too_large'))
    if (link.closed || signal?.aborted === true) return Promise.reject(unanswered('It was given up'))
    return new Promise((resolve, reject) => {
      const key = (count++).toString(36)
      const giveUp = (): void => settle(unanswered('It was given up'))
      const settle = (outcome: Published | CodedError): void => {
        if (!waiting.delete(key)) return
        signal?.removeEventListener('abort', giveUp)
        if (waiting.size === 0) rest()
        if (outcome instanceof CodedError) reject(outcome)
        else resolve(outcome)
      }
      signal?.addEventListener('abort', giveUp)
      const one = {
        subject,
        body,
        headers: fixedHeaders(fieldsOf(options)),
        reply: `${inbox}.${key}`,
        deadline: performance.now() + timeoutMs,
        settle,
        sendAgainAt: Number.POSITIVE_INFINITY,
        problem: 'The stream did not answer',
      }
      waiting.set(key, one)
      sweeper ??= setInterval(sweep, sweepMs)
      putOut(one)
    })
  }

  /**
   * The client writes to its socket once a microtask. Gathered per turn of the loop, many replies share one write; what
   * comes after a pause has nothing to share, and goes without another turn.
   */
  function putOut(one: Waiting | Sending): void {
    outgoing.push(one)
    if (outgoing.length > 1) return
    if (performance.now() - sentAtMs > pauseMs) queueMicrotask(sendGathered)
    else setImmediate(sendGathered)
  }

  function sendGathered(): void {
    const all = outgoing
    outgoing = []
    sentAtMs = performance.now()
    if (link.up === undefined) return
    for (const one of all) {
      if (!('reply' in one)) tryToPublish(link.up, one)
      else if (one.sendAgainAt === Number.POSITIVE_INFINITY) transmit(link.up, one)
    }
  }

  function sweep(): void {
    const now = performance.now()
    for (const one of waiting.values()) {
      if (now >= one.deadline || link.closed) one.settle(unanswered(one.problem))
      else if (now >= one.sendAgainAt && link.up !== undefined) transmit(link.up, one)
    }
  }

  function hear(message: Msg): void {
    const one = waiting.get(message.subject.slice(inbox.length + 1))
    if (one === undefined) return
    if (statusOf(message) === 503) {
      one.problem = 'No stream takes this subject'
      onMissingStream()
      return
    }
    const outcome = readAnswer(message.data)
    if (typeof outcome === 'string') one.problem = outcome
    else one.settle(outcome)
  }

  function rest(): void {
    clearInterval(sweeper)
    sweeper = undefined
    for (const resolve of whenSettled) resolve()
    whenSettled.clear()
  }
}

const unanswered = (detail: string): CodedError => new CodedError('bus_unavailable', detail)
/** Trace context goes with messages, never with the entries of a log: those come often and expect a sequence. */
function fieldsOf({ messageId, expectedLastSequence }: PublishOptions): HeaderField[] {
  if (expectedLastSequence === undefined) return [['Nats-Msg-Id', messageId], ...traceFields()]
  return [
    ['Nats-Msg-Id', messageId],
    ['Nats-Expected-Last-Subject-Sequence', String(expectedLastSequence)],
  ]
}

function transmit(connection: NatsConnection, one: Waiting): void {
  one.sendAgainAt = performance.now() + publishRetryMs
  one.problem = tryToPublish(connection, one, { reply: one.reply, headers: one.headers }) ?? one.problem
}

/** @returns why the client would not take it. */
function tryToPublish(
  connection: NatsConnection,
  { subject, body }: Sending,
  options?: NatsPublishOptions,
): string | undefined {
  try {
    connection.publish(subject, body, options)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'The client refused to publish'
  }
}
