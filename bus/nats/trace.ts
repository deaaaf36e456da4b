import { context, propagation, ROOT_CONTEXT, type SpanKind } from '@opentelemetry/api'
import type { Msg, MsgHdrs } from 'nats'
import { headers } from 'nats'
import { attributes } from '../../telemetry/attributes.ts'
import { inSpan, type SpanFacts } from '../../telemetry/span.ts'
import type { HeaderField } from './headers.ts'

/**
 * Runs `work` in a span of its own.
 *
 * @param message the message this work answers: the span continues the trace its headers carry.
 */
export function inBusSpan<Result>(
  { name, kind, subject }: { name: SpanFacts['name']; kind: SpanKind; subject: string },
  work: () => Promise<Result>,
  message?: Msg,
): Promise<Result> {
  const facts = {
    name,
    kind,
    attributes: {
      [attributes.messagingSystem]: 'nats',
      [attributes.messagingDestination]: template(subject),
    },
    parent: message === undefined ? context.active() : contextOf(message),
  }
  return inSpan(facts, work)
}

/** The current trace as header fields (W3C `traceparent` once telemetry runs); none without. */
export function traceFields(): readonly HeaderField[] {
  const fields: HeaderField[] = []
  propagation.inject(context.active(), fields, {
    set: (into, name, value) => void into.push([name, value]),
  })
  return fields
}

/** The same as the client's own headers; undefined where there is no trace. */
export function traceHeaders(): MsgHdrs | undefined {
  const fields = traceFields()
  if (fields.length === 0) return undefined
  const made = headers()
  for (const [name, value] of fields) made.set(name, value)
  return made
}

function contextOf(message: Msg) {
  return propagation.extract(ROOT_CONTEXT, message.headers, {
    get: (from, name) => from?.get(name) || undefined,
    keys: (from) => from?.keys() ?? [],
  })
}

/** Ids of people and requests would make every span's destination unique; a trace store wants the pattern. */
const template = (subject: string): string => subject.replace(/[0-9a-f-]{36}/g, '*')
