import type { ChatAsked, ChatFinal } from '../../bus/contract/chat.ts'
import type { HistoryMessage, RequestState } from '../../bus/contract/history.ts'
import type { GenerationOptions } from '../../bus/contract/wire.ts'
import { accept } from './accept.ts'
import type { Role } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import { cancel, markLogPurged, purgeableLogs, recordFinal } from './endings.ts'
import { greet } from './greeting.ts'
import { history } from './history.ts'
import { cancelling, leasePublished, leaseReady, markPublished, republish } from './leases.ts'
import type { Quota } from './limits.ts'
import type { BusTrace } from './store.ts'
import { requestColumns, toStoredRequest } from './stored-request.ts'
import type { RequestKey } from './succession.ts'

export interface AcceptInput {
  readonly userId: string
  /** Checked and cleaned; a new conversation is titled from its message. */
  readonly send: ChatAsked
  readonly now: number
  /** A `ready` row is leased to the accepting hub, which publishes it, until then. */
  readonly leaseUntil: number
  /** Open requests past this: `queue_full`. Ready and published ones past `running`: accepted as `waiting`. */
  readonly limits: { readonly open: number; readonly running: number }
  /** What the message counts against; none of them is counted for a repetition or a refusal. */
  readonly quotas?: readonly Quota[]
  /** Of the trace that goes on where the request is published. */
  readonly traceparent?: string | null
}

export interface GreetInput extends AcceptInput {
  /** Of kind `greeting`, in a conversation of its own. */
  readonly send: ChatAsked
  /** How long nothing may have happened in the person's conversations, in milliseconds. */
  readonly awayMs: number
}

export type AcceptResult =
  | {
      readonly outcome: 'accepted' | 'repeated'
      readonly state: RequestState
      readonly conversationId: string
      readonly messageId: string
      readonly attemptFloor: number
    }
  | {
      readonly outcome: 'refused'
      readonly code: 'not_found' | 'conflict' | 'queue_full' | 'not_allowed' | 'rate_limited'
      /** With `rate_limited`: when there is room again, and which limit it was, in words for people. */
      readonly retryAfterMs?: number
      readonly detail?: string
    }

export interface StoredRequest {
  readonly userId: string
  readonly username: string
  readonly role: Role
  readonly requestId: string
  readonly conversationId: string
  readonly state: RequestState
  /** What was asked, without its `message` (the store has that under `message_id`). */
  readonly send: ChatAsked
  readonly attemptFloor: number
  readonly epoch: number | null
  readonly seq: number | null
  readonly cancelRequestedAt: number | null
  readonly createdAt: number
  readonly traceparent: string | null
}

export type RecordOutcome =
  /** Stored now; `readied` are the requests of this person that became `ready` by it. */
  | { readonly outcome: 'stored'; readonly conversationId: string; readonly readied: readonly string[] }
  /** Had ended before, or its row is gone: nothing to do. */
  | { readonly outcome: 'repeated' | 'gone' }

export type CancelOutcome =
  /** Was not published yet: ended now, with nothing written. */
  | { readonly outcome: 'ended'; readonly conversationId: string; readonly readied: readonly string[] }
  /** A worker may hold it: the cancellation is committed and must be carried to the bus. */
  | { readonly outcome: 'requested'; readonly conversationId: string }
  /** Had ended, and only what was heard of its text is kept from now on. */
  | { readonly outcome: 'cut'; readonly conversationId: string }
  | { readonly outcome: 'over' | 'not_found' }

export interface RequestStore {
  /**
   * One transaction: makes the conversation when it is new, adds the person's message and the answer's place in the
   * tree, makes that the active leaf, and the request `ready` or `waiting`. The same request again is `repeated` with
   * its present state; with other content it is a `conflict`.
   */
  accept(input: AcceptInput): Promise<AcceptResult>
  /**
   * The same for a greeting, where one is due: the person has talked here before, and neither that nor a greeting was
   * within `awayMs`. So of many hubs that ask at once one gets it accepted. An earlier greeting that nobody answered is
   * deleted in the same transaction. @returns undefined where none is due.
   */
  greet(input: GreetInput): Promise<AcceptResult | undefined>
  find(userId: string, requestId: string): Promise<StoredRequest | undefined>
  /** The conversation's settings and the path up to the request's message, newest that fit `budget` code units. */
  history(userId: string, requestId: string, budget: number): Promise<RequestHistory | undefined>
  /** Leases up to `limit` `ready` rows whose lease is over. No two hubs get the same row. */
  leaseReady(lease: { now: number; leaseUntil: number; limit: number }): Promise<StoredRequest[]>
  /** Notes where the bus keeps a request that was `ready`. */
  markPublished(
    userId: string,
    requestId: string,
    at: { epoch: number; seq: number; now: number },
  ): Promise<void>
  /** Leases `published` rows that nobody has looked at since `now - idleMs`, oldest first. */
  leasePublished(lease: { now: number; idleMs: number; limit: number }): Promise<StoredRequest[]>
  /** Makes a `published` request `ready` again, its attempt floor raised by 100. Only from this floor, so only once. */
  republish(userId: string, requestId: string, attemptFloor: number): Promise<boolean>
  /**
   * `heardOffset`: the answer was read to the person, who heard it up to there; the first one counts. No more of it is
   * kept, also where it has ended.
   */
  cancel(userId: string, requestId: string, now: number, heardOffset?: number): Promise<CancelOutcome>
  /**
   * Published requests whose cancellation is committed and not carried out; behind them those that were cancelled while
   * they were being published, until their final is stored or their log purged.
   */
  cancelling(limit: number): Promise<StoredRequest[]>
  /**
   * Stores a reply once per (user, request) and ends the request in the same transaction. One that was cancelled while
   * unpublished, and written all the same, gets its text.
   */
  recordFinal(final: ChatFinal, now: number): Promise<RecordOutcome>
  /** Ended requests whose log may go: ended before `before` and not yet noted by `markLogPurged`. */
  purgeableLogs(before: number, limit: number): Promise<BusTrace[]>
  markLogPurged(userId: string, requestId: string): Promise<void>
}

export interface RequestHistory {
  readonly state: RequestState
  readonly cancelRequested: boolean
  /** Its final is stored. */
  readonly isStored: boolean
  readonly conversationId: string
  /** The companion is to open the conversation. */
  readonly isGreeting: boolean
  readonly systemPrompt: string | null
  readonly options: GenerationOptions
  readonly messages: readonly HistoryMessage[]
}

export function createRequestStore(database: Database): RequestStore {
  return {
    accept: (input) => accept(database, input),
    greet: (input) => greet(database, input),
    find: (userId, requestId) => database.read((queries) => find(queries, { userId, requestId })),
    history: (userId, requestId, budget) =>
      database.read((queries) => history(queries, { userId, requestId }, budget)),
    leaseReady: (lease) => leaseReady(database, lease),
    markPublished: (userId, requestId, at) => markPublished(database, { userId, requestId }, at),
    leasePublished: (lease) => leasePublished(database, lease),
    republish: (userId, requestId, attemptFloor) => republish(database, { userId, requestId }, attemptFloor),
    cancel: (userId, requestId, now, heardOffset) =>
      cancel(database, { userId, requestId }, { now, heardOffset }),
    cancelling: (limit) => database.read((queries) => cancelling(queries, limit)),
    recordFinal: (final, now) => recordFinal(database, final, now),
    purgeableLogs: (before, limit) => database.read((queries) => purgeableLogs(queries, before, limit)),
    markLogPurged: (userId, requestId) =>
      database.write((queries) => markLogPurged(queries, { userId, requestId })),
  }
}

async function find(queries: Queries, { userId, requestId }: RequestKey): Promise<StoredRequest | undefined> {
  const row = await queries
    .selectFrom('requests')
    .innerJoin('users', 'users.id', 'requests.user_id')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .select(requestColumns)
    .where('requests.user_id', '=', userId)
    .where('requests.request_id', '=', requestId)
    .where('conversations.deleted_at', 'is', null)
    .executeTakeFirst()
  return row && toStoredRequest(row)
}
