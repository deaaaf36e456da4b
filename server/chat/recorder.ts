import { ChatFinal } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { decode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import { consumers } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Decision, Delivery, WorkLoop } from '../../bus/nats/bus.ts'
import { inSpan } from '../../telemetry/span.ts'
import { spanNames } from '../../telemetry/span-names.ts'
import type { Rooms } from '../house.ts'

const chatFinal = checker(ChatFinal)
const limits = { bytes: 2 * maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

/** Replies stored at once by one hub. */
const slots = 8

/** What is to be done when a reply was stored. */
export interface RecorderEvents {
  /** Further requests of the person became `ready`. */
  readied(): void
  stored(final: ChatFinal): void
}

/** Stores finished replies, each once, and acknowledges after the commit. */
export function startRecorder(rooms: Rooms, events: RecorderEvents): WorkLoop {
  return rooms.bus.work({
    ...consumers.recorder,
    slots,
    handle: (delivery) => recordDelivery(rooms, events, delivery),
  })
}

/** @throws CodedError `store_unavailable`: then the bus keeps the reply and brings it again. */
async function recordDelivery(rooms: Rooms, events: RecorderEvents, delivery: Delivery): Promise<Decision> {
  const final = readFinal(delivery)
  if (final === undefined) {
    rooms.log.error({ seq: delivery.seq }, 'A final that cannot be read is dropped')
    return { kind: 'term', reason: 'not a final reply' }
  }
  const recorded = await inSpan({ name: spanNames.chatRecord }, () =>
    rooms.store.requests.recordFinal(final, Date.now()),
  )
  rooms.log.debug({ request_id: final.request_id, outcome: recorded.outcome }, 'A final is handled')
  if (recorded.outcome === 'stored') {
    if (recorded.readied.length > 0) events.readied()
    const { conversationId: conversation_id } = recorded
    rooms.notify(final.user_id, { kind: 'stored', conversation_id, request_id: final.request_id })
    events.stored(final)
  } else if (recorded.outcome === 'repeated' && delivery.deliveryCount > 1) {
    // Whoever stored it may have died before it told anybody; hearing it twice does no harm.
    const { user_id, conversation_id, request_id } = final
    rooms.notify(user_id, { kind: 'stored', conversation_id, request_id })
    events.stored(final)
  }
  return { kind: 'ack' }
}

/** A final whose body names another person or request than its subject is nobody's. */
function readFinal({ subject, body }: Delivery): ChatFinal | undefined {
  try {
    const final = decode(body, limits)
    if (!chatFinal(final)) return undefined
    return subjects.final(final.user_id, final.request_id) === subject ? final : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
