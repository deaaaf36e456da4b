import type { ChatRequest } from '../../bus/contract/chat.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { randomToken } from '../../bus/contract/ids.ts'
import type { LogEntry, StartEntry } from '../../bus/contract/reply-log.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { BackendError } from '../inference/backend.ts'
import type { Leases } from './lease.ts'
import { putEntry } from './put-entry.ts'
import { type ReplyLog, readLog } from './read-log.ts'
import type { Claim } from './writer.ts'

export type ClaimOutcome =
  /** A terminal entry stands. */
  | { readonly kind: 'ended'; readonly log: ReplyLog }
  /** Somebody writes, or did a moment ago. */
  | { readonly kind: 'leased'; readonly remainingMs: number }
  /** Somebody was quicker: ask for the state again. */
  | { readonly kind: 'refused' }
  /** This process must let go of the reply before it is known whether its text can be gone on with. */
  | { readonly kind: 'left' }
  | {
      readonly kind: 'claimed'
      readonly claim: Claim
      readonly log: ReplyLog
      readonly by: Signature
      /** Why nobody knows yet whether the backend goes on with the text, which stays until then. */
      readonly doubt: BackendError | undefined
      /** How long the reply had been in the making, in milliseconds; 0 where this is its first attempt. */
      readonly earlierMs: number
    }

/** Whose text it is. */
export interface Signature {
  readonly model: string
  readonly backend: string
}

/** What the claim asks of those who know the backend. */
export interface Author extends Signature {
  /**
   * Whether it goes on with the text that is there; otherwise the reply begins anew. An error: its backend did not say,
   * since it was away or failed. Undefined: it must leave.
   */
  goesOnWith(log: ReplyLog): Promise<boolean | BackendError | undefined>
}

/**
 * Takes a reply's log over, if it is free (PROTOCOL section 4, writer's rules 1 to 3). The text so far is read before
 * the `start` that names its length; that nothing came between is what the expected sequence makes sure of.
 *
 * @throws CodedError `bus_unavailable`.
 */
export async function claimLog(
  bus: Bus,
  request: ChatRequest,
  author: Author,
  leases: Leases,
): Promise<ClaimOutcome> {
  const { user_id, request_id: requestId } = request
  const subject = subjects.stream(user_id, requestId)
  const last = await bus.lastEntry(streams.log.name, subject)
  const entry = last && decodeEntry(last.body)
  if (last !== undefined) {
    if (isTerminal(entry)) return { kind: 'ended', log: await readLog(bus, subject) }
    const released = entry?.type === 'beat' && entry.released === true
    const remainingMs = released ? 0 : leases.remainingMs(subject, last)
    if (remainingMs > 0) return { kind: 'leased', remainingMs }
  }
  const log = await readLog(bus, subject)
  const begun = log.reader.text
  const goesOn = begun !== '' && (await author.goesOnWith(log))
  if (goesOn === undefined) return { kind: 'left' }
  const offset = goesOn === false ? 0 : begun.length
  const continues = entry?.attempt ?? log.reader.attempt
  const attempt = Math.max(continues, request.attempt_floor) + 1
  // What is kept for others to go on with stays theirs: who comes next asks them and nobody else.
  const by = offset > 0 && author.backend !== log.backend ? log : author
  const start = startEntry(request, by, { attempt, offset, continues })
  const seq = await putEntry(bus, subject, start, last?.seq ?? 0)
  if (seq === undefined) return { kind: 'refused' }
  const aheadSubject = subjects.ahead(user_id, requestId)
  const claim = { subject, aheadSubject, requestId, attempt, owner: start.owner, seq, offset }
  const doubt = typeof goesOn === 'boolean' ? undefined : goesOn
  return { kind: 'claimed', claim, log, by, doubt, earlierMs: await timeBefore(bus, claim, log) }
}

/** Both moments are the bus's own: the clocks of two workers may differ. */
async function timeBefore(bus: Bus, { subject, seq }: Claim, { begunAtMs }: ReplyLog): Promise<number> {
  if (begunAtMs === undefined) return 0
  const start = await bus.lastEntry(streams.log.name, subject)
  return start?.seq === seq ? Math.max(0, start.storedAtMs - begunAtMs) : 0
}

const isTerminal = (entry: LogEntry | undefined): boolean => entry?.type === 'done' || entry?.type === 'error'

/** The owner is random per attempt, so that a process which woke up late does not take another's entries for its own. */
function startEntry(
  request: ChatRequest,
  { model, backend }: Signature,
  at: { attempt: number; offset: number; continues: number },
): StartEntry {
  return {
    type: 'start',
    request_id: request.request_id,
    attempt: at.attempt,
    owner: randomToken(),
    n: 0,
    conversation_id: request.conversation_id,
    offset: at.offset,
    continues: at.continues,
    model,
    backend,
  }
}
