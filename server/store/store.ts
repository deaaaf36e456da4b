import type { ChatAsked, ChatFinal, FinishReason, Timings, Usage } from '../../bus/contract/chat.ts'
import type { HistoryMessage, RequestState } from '../../bus/contract/history.ts'
import type { GenerationOptions } from '../../bus/contract/wire.ts'
import type { AccountStore, Role } from './accounts.ts'
import type { ApiKeyStore } from './api-keys.ts'
import type { AuditStore } from './audit.ts'
import type { ExportStore } from './exports.ts'
import type { FlowStore } from './flows.ts'
import type { GuestStore } from './guests.ts'
import type { HouseSettingStore } from './house-settings.ts'
import type { IdentityStore } from './identities.ts'
import type { InvitationStore } from './invitations.ts'
import type { LimitStore, Quota } from './limits.ts'
import type { PasskeyStore } from './passkeys.ts'
import type { RecoveryCodeStore } from './recovery-codes.ts'
import type { RevocationStore } from './revocations.ts'
import type { SessionStore } from './sessions.ts'

export type { Account, AccountStore, Role, User } from './accounts.ts'

/**
 * The truth of the house: people, conversations, and what became of every request (PROTOCOL section 3).
 *
 * Times are Unix milliseconds. Every method rejects with CodedError `store_unavailable` when the store is away or
 * busy for too long; a transaction that did not commit left nothing. Everything that takes a `userId` sees that
 * person's rows and no others.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres'
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly identities: IdentityStore
  readonly flows: FlowStore
  readonly invitations: InvitationStore
  readonly passkeys: PasskeyStore
  readonly recoveryCodes: RecoveryCodeStore
  readonly apiKeys: ApiKeyStore
  readonly revocations: RevocationStore
  readonly audit: AuditStore
  readonly limits: LimitStore
  readonly houseSettings: HouseSettingStore
  readonly conversations: ConversationStore
  readonly exports: ExportStore
  readonly guests: GuestStore
  readonly requests: RequestStore
  /** Brings the schema up to date; safe when several hubs start at once. */
  migrate(): Promise<void>
  /** The house's own id, eight hexadecimal digits: the same for all hubs on one store, for ever. */
  readId(): Promise<string>
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Conversation {
  readonly id: string
  readonly title: string
  /** `first`: made from the first message; a model's title may replace that, and a person's replaces both. */
  readonly titleSource: 'first' | 'model' | 'person'
  /** Replaces the companion's own prompt when set. */
  readonly systemPrompt: string | null
  readonly temperature: number | null
  readonly maxTokens: number | null
  readonly model: string | null
  readonly activeLeafId: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ConversationSummary {
  readonly id: string
  readonly title: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Messages on all paths: a person's, and answers that have ended. */
  readonly messageCount: number
  /** Whether a request of it is ready or published. */
  readonly running: boolean
  /** With a search: where the words stand in a message, as plain text of about 120 characters. */
  readonly snippet?: string
}

/** A message as the page shows it. An answer's id is its request's id; it exists from the moment of acceptance. */
export interface Message {
  readonly id: string
  readonly parentId: string | null
  readonly role: 'user' | 'assistant'
  readonly content: string
  readonly thoughts: string
  readonly model: string | null
  /** Of an answer: the state of its request. `null` on a person's message. */
  readonly state: RequestState | null
  readonly finishReason: FinishReason | null
  readonly error: { readonly code: string; readonly detail: string; readonly retryable: boolean } | null
  readonly usage: Usage
  readonly timings: Timings | null
  readonly createdAt: number
  /** All messages under the same parent with the same role, oldest first, this one included. */
  readonly siblings: readonly string[]
}

export interface ConversationPatch {
  readonly title?: string
  readonly systemPrompt?: string | null
  readonly temperature?: number | null
  readonly maxTokens?: number | null
  readonly model?: string | null
}

export interface ConversationStore {
  /**
   * Newest first. `before`: only those updated before this cursor, as returned by an earlier page.
   * @throws CodedError `request_invalid` for any other cursor
   */
  list(userId: string, page: { limit: number; before?: string }): Promise<Page<ConversationSummary>>
  /**
   * Words that stand in titles or messages, whatever their case and accents. Newest first. Of one person's searches
   * one runs at a time; the others wait, and leave the line when their `signal` aborts.
   * @throws CodedError `rate_limited` when it gave its place up, or too many search
   */
  search(userId: string, query: string, limit: number, signal?: AbortSignal): Promise<ConversationSummary[]>
  find(userId: string, id: string): Promise<Conversation | undefined>
  /** @returns false where there is no such conversation. A title given here is a person's. */
  update(userId: string, id: string, patch: ConversationPatch): Promise<boolean>
  /** Sets a model's title, unless a person gave one. @returns whether it did. */
  setModelTitle(userId: string, id: string, title: string): Promise<boolean>
  /**
   * Hides a conversation from everything; `restore` undoes that until `purgeDeleted`. Of its open requests those not
   * published end as cancelled, and those that are get their cancellation committed (see `RequestStore.cancelling`).
   */
  delete(userId: string, id: string, now: number): Promise<boolean>
  restore(userId: string, id: string): Promise<boolean>
  /** Removes for good up to `limit` conversations deleted before `before`. @returns what of them may be on the bus. */
  purgeDeleted(before: number, limit: number): Promise<BusTrace[]>
  /**
   * The active path, oldest first: the newest `limit` messages before the message `before`.
   *
   * @throws CodedError `request_invalid` for a `before` that is no id
   */
  path(
    userId: string,
    id: string,
    page: { limit: number; before?: string },
  ): Promise<Page<Message> | undefined>
  message(userId: string, conversationId: string, messageId: string): Promise<Message | undefined>
  /** Makes the newest path through this message the active one. @returns false where there is no such message. */
  selectBranch(userId: string, conversationId: string, messageId: string): Promise<boolean>
  /** Ids of a conversation's requests that are waiting, ready or published, oldest first. */
  openRequests(userId: string, conversationId: string): Promise<string[]>
  /** The conversation that the companion opened since then and the person has not said anything in. */
  findGreeting(userId: string, since: number): Promise<string | undefined>
}

export interface Page<Item> {
  readonly items: Item[]
  /** Where the next page (older things) begins; undefined at the end. */
  readonly next?: string
}

/** What a request left on the bus: its message in the work queue, and its subjects. */
export interface BusTrace {
  readonly userId: string
  readonly requestId: string
  readonly seq: number | null
}

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
      /** With `rate_limited`: when there is room again. */
      readonly retryAfterMs?: number
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
  cancel(userId: string, requestId: string, now: number): Promise<CancelOutcome>
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
