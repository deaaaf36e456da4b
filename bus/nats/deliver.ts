import { SpanKind } from '@opentelemetry/api'
import type { Msg } from 'nats'
import { spanNames } from '../../telemetry/span-names.ts'
import { growingDelayMs, settleDelivery } from './acknowledge.ts'
import type { Decision, WorkOptions } from './bus.ts'
import { readDeliveryInfo } from './delivery-info.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'
import { inBusSpan } from './trace.ts'

/**
 * Hands one delivery to the handler, keeps it alive meanwhile at a third of the ack wait, and settles it by what the
 * handler decides. Never rejects.
 */
export async function deliver(
  message: Msg,
  reply: string,
  options: WorkOptions,
  { link, log }: { readonly link: Link; readonly log: Log },
): Promise<void> {
  const keepAlive = setInterval(() => link.up?.publish(reply, '+WPI'), options.ackWaitMs / 3)
  try {
    const decision = await decide(message, reply, options, log)
    await settleDelivery(link, reply, decision, log)
  } catch (error) {
    log('error', 'A delivery could not be settled', { error: String(error) })
  } finally {
    clearInterval(keepAlive)
  }
}

async function decide(message: Msg, reply: string, options: WorkOptions, log: Log): Promise<Decision> {
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

const nameOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
