import type { FinishReason, Timings, Usage } from '../../bus/contract/chat.ts'
import type { RequestState } from '../../bus/contract/history.ts'
import type { AccountStore } from './accounts.ts'
import type { ApiKeyStore } from './api-keys.ts'
import type { AuditStore } from './audit.ts'
import type { CallStore } from './calls.ts'
import type { ExportStore } from './exports.ts'
import type { FlowStore } from './flows.ts'
import type { GuestStore } from './guests.ts'
import type { HouseSettingStore } from './house-settings.ts'
import type { IdentityStore } from './identities.ts'
import type { ImportStore } from './imports.ts'
import type { InvitationStore } from './invitations.ts'
import type { LimitStore } from './limits.ts'
import type { PasskeyStore } from './passkeys.ts'
import type { RecoveryCodeStore } from './recovery-codes.ts'
import type { RequestStore } from './requests.ts'
import type { RevocationStore } from './revocations.ts'
import type { SessionStore } from './sessions.ts'

export type { Account, AccountStore, Role, User } from './accounts.ts'
export type {
  AcceptInput,
  AcceptResult,
  CancelOutcome,
  GreetInput,
  RecordOutcome,
  RequestHistory,
  RequestStore,
  StoredRequest,
} from './requests.ts'

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
  readonly imports: ImportStore
  readonly guests: GuestStore
  readonly requests: RequestStore
  readonly calls: CallStore
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
  /**
   * Of an answer: the state of its request; of one that was imported, which has none here, how it ended. `null` on a
   * person's message.
   */
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
