import type { Generated, Insertable, Selectable } from 'kysely'
import type { FinishReason } from '../../bus/contract/chat.ts'
import type { RequestState } from '../../bus/contract/history.ts'
import type { AccountTables } from './schema-accounts.ts'
import type { Conversation, Message } from './store.ts'

/**
 * The tables as the queries see them. Times are Unix milliseconds; columns that end in `_json` hold JSON as text,
 * since nothing looks inside them. What `Generated` marks has a default in the database.
 */
export interface Schema extends AccountTables {
  conversations: ConversationsTable
  messages: MessagesTable
  requests: RequestsTable
  calls: CallsTable
  house: HouseTable
  schema_migrations: SchemaMigrationsTable
}

/** What is to be known of the house itself. */
export interface HouseTable {
  /** `id`: eight hexadecimal digits, made with the table. */
  slot: 'id'
  value: string
}

export interface ConversationsTable {
  id: string
  user_id: string
  title: string
  title_source: Conversation['titleSource']
  /** The title, folded (`fold.ts`). */
  search_title: string
  system_prompt: string | null
  temperature: number | null
  max_tokens: number | null
  model: string | null
  active_leaf_id: string | null
  /** Persons' messages and answers that have ended, on all paths; counted as they come, since lists show it. */
  message_count: Generated<number>
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface MessagesTable {
  /** Of an answer: its request's id. */
  id: string
  conversation_id: string
  parent_id: string | null
  role: Message['role']
  /** Grows with every message of a person, so it tells which is newer where clocks can't. */
  ordinal: number
  content: string
  thoughts: Generated<string>
  model: string | null
  finish_reason: FinishReason | null
  error_json: string | null
  usage_json: Generated<string>
  timings_json: string | null
  /** The content, folded (`fold.ts`). */
  search_text: string
  created_at: number
}

export interface RequestsTable {
  user_id: string
  request_id: string
  conversation_id: string
  /** The person's message that is to be answered. */
  message_id: string
  state: RequestState
  /** Of everything that was sent, to tell a repetition from a conflict. */
  content_hash: string
  /** What was sent, without its message. */
  send_json: string
  /** The order in which a person's requests were accepted. */
  ordinal: number
  attempt_floor: Generated<number>
  epoch: number | null
  seq: number | null
  cancel_requested_at: number | null
  /** Where the person interrupted what was read to them; no more of the answer is kept. */
  heard_offset: number | null
  /** While `ready`: until when a hub has it in hand to publish it. */
  lease_until: Generated<number>
  /** While `published`: when a hub last saw to it. */
  looked_at: Generated<number>
  created_at: number
  ended_at: number | null
  /** Of the trace it was accepted in (W3C trace context); null without telemetry. */
  traceparent: string | null
  log_purged_at: number | null
}

export interface CallsTable {
  /** Made by the page. */
  id: string
  user_id: string
  started_at: number
  /** When a hub last had its page's socket. */
  seen_at: number
}

export interface SchemaMigrationsTable {
  name: string
  kind: 'expanding' | 'contracting'
  applied_at: number
}

export type RequestRow = Selectable<RequestsTable>
export type NewMessageRow = Insertable<MessagesTable>
