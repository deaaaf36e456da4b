import type { ChatFinal, ChatRequest, FinishReason, Timings, Usage } from '../../bus/contract/chat.ts'
import { encode } from '../../bus/contract/codec.ts'
import { fitFinalText } from '../../bus/contract/final-text.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { persist } from '../runtime/persist.ts'
import { busPatienceMs } from './put-entry.ts'
import type { ReplyLog } from './read-log.ts'

/** What ends a reply, besides what its request says. */
export interface Ending {
  readonly attempt: number
  readonly model: string
  readonly backend: string
  readonly content: string
  readonly thoughts: string
  readonly outcome:
    | { readonly kind: 'done'; readonly reason: FinishReason }
    | { readonly kind: 'error'; readonly error: NonNullable<ChatFinal['error']> }
  readonly usage: Usage
  readonly timings: Timings
  /** It stands for a text that is not known: a final that waits to be stored already, and may have it, stays the only one. */
  readonly isStopgap?: boolean
}

/**
 * Publishes the whole reply and waits until the bus has it. The same reply's final from two workers does no harm: the
 * recorder stores one.
 *
 * @throws CodedError `bus_unavailable` when the bus stays away.
 */
export async function publishFinal(bus: Bus, request: ChatRequest, ending: Ending): Promise<void> {
  const { user_id, request_id, conversation_id } = request
  const { outcome, content, thoughts, isStopgap = false, ...rest } = ending
  const final: ChatFinal = {
    request_id,
    user_id,
    conversation_id,
    ...rest,
    ...fitFinalText(content, thoughts),
    cues: [],
    ...(outcome.kind === 'done' ? { finish_reason: outcome.reason } : { error: outcome.error }),
    timestamp: Date.now() / 1000,
  }
  const messageId = `${request_id}.final.${ending.attempt}`
  const body = encode(final)
  // A worker may not look for one, but the stream does: it takes this as the first on its subject or not at all.
  const options = isStopgap ? { messageId, expectedLastSequence: 0 } : { messageId }
  await persist(busPatienceMs, () => bus.publish(subjects.final(user_id, request_id), body, options))
}

/** What a log with a terminal entry ends in; where the log lost its beginning, the text is not known any more. */
export function endingOfLog({ reader, backend }: ReplyLog): Ending {
  const { attempt, model, text: content, thoughts, end } = reader
  const known = { attempt, model, backend, content, thoughts }
  if (end?.type === 'done') {
    const { usage, timings, finish_reason: reason } = end
    return { ...known, outcome: { kind: 'done', reason }, usage, timings }
  }
  const { code, retryable, detail } = end ?? textLost
  return {
    ...known,
    outcome: { kind: 'error', error: { code, retryable, detail } },
    usage: {},
    timings: { duration_ms: 0 },
    isStopgap: end === undefined,
  }
}

const textLost: NonNullable<ChatFinal['error']> = {
  code: 'reply_failed',
  retryable: true,
  detail: 'The reply was written but its text was lost',
}
