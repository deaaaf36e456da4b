import { SpanKind } from '@opentelemetry/api'
import type { Msg } from 'nats'
import { spanNames } from '../../telemetry/span-names.ts'
import { CodedError, isErrorCode } from '../contract/errors.ts'
import type { BusError } from '../contract/models.ts'
import { decodeBody, encodeBody } from './body.ts'
import type { Subscription } from './bus.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'
import { subscribeCore } from './subscribe.ts'
import { inBusSpan, traceHeaders } from './trace.ts'

/** Most requests one responder answers at once; past it a request is refused and may be asked again. */
const maxAnswersUnderWay = 1_000

/** Asks on a subject and waits for one answer, for at most `timeoutMs` in all. */
export function ask(link: Link, subject: string, body: object, timeoutMs: number): Promise<unknown> {
  const deadline = performance.now() + timeoutMs
  return inBusSpan({ name: spanNames.busRequest, kind: SpanKind.CLIENT, subject }, async () => {
    const bytes = encodeBody(body)
    const connection = await link.whenUp(timeoutMs)
    const headers = traceHeaders()
    const timeout = Math.max(1, deadline - performance.now())
    const answer = await connection
      .request(subject, bytes, headers === undefined ? { timeout } : { timeout, headers })
      .catch((cause: unknown) => {
        throw new CodedError('bus_unavailable', 'Nobody answered', { cause })
      })
    return readAnswer(decodeBody(answer.data))
  })
}

export interface Responder extends Subscription {
  /** Resolves when nothing is being answered; after `unsubscribe` nothing more will be. */
  settled(): Promise<void>
}

/**
 * Answers requests as one of the group `queue`. What the server has handed to this member is answered also after
 * `unsubscribe`: nobody else heard it, and whoever asked would wait in vain.
 */
export function startResponder(
  link: Link,
  log: Log,
  options: {
    readonly subject: string
    readonly queue: string
    readonly answer: (body: unknown) => Promise<object>
  },
): Responder {
  const running = new Set<Promise<void>>()
  const respond = async (message: Msg): Promise<void> => {
    const bytes = await answerBytes(message, options.answer, log)
    message.respond(bytes)
  }
  const subscription = subscribeCore(link, log, {
    subject: options.subject,
    queue: options.queue,
    hear: (message) => {
      if (running.size >= maxAnswersUnderWay)
        return void message.respond(
          errorBytes(new CodedError('queue_full', 'Too many requests are under way')),
        )
      const run = respond(message)
        .catch((error: unknown) => log('error', 'An answer could not be sent', { error: String(error) }))
        .finally(() => running.delete(run))
      running.add(run)
    },
  })
  let drained: Promise<void> | undefined
  return {
    active: subscription.active,
    unsubscribe: () => {
      drained ??= subscription.drain()
    },
    settled: async () => {
      await drained
      await Promise.all(running)
    },
  }
}

async function answerBytes(
  message: Msg,
  answer: (body: unknown) => Promise<object>,
  log: Log,
): Promise<Uint8Array> {
  const span = { name: spanNames.busRespond, kind: SpanKind.SERVER, subject: message.subject }
  try {
    return await inBusSpan(span, async () => encodeBody(await answer(decodeBody(message.data))), message)
  } catch (error) {
    if (error instanceof CodedError) return errorBytes(error)
    log('error', 'A request failed', { subject: message.subject, error: String(error) })
    return errorBytes(new CodedError('internal'))
  }
}

function errorBytes({ code, detail, retryable }: CodedError): Uint8Array {
  return encodeBody({ error: { code, detail, retryable } } satisfies BusError)
}

/** Throws what travelled as a BusError; a code that is not on our list came from a newer or foreign process. */
function readAnswer(answer: unknown): unknown {
  if (!isBusError(answer)) return answer
  const { code, detail } = answer.error
  throw new CodedError(isErrorCode(code) ? code : 'internal', undefined, {
    detail: typeof detail === 'string' ? detail : undefined,
  })
}

function isBusError(answer: unknown): answer is { error: { code: unknown; detail: unknown } } {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return false
  return typeof answer.error === 'object' && answer.error !== null && 'code' in answer.error
}
