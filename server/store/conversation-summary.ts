import type { Queries } from './database.ts'
import type { ConversationSummary } from './store.ts'
import { runningStates } from './succession.ts'

/** A person's conversations, newest first, as the list shows them. */
export const selectSummaries = (queries: Queries, userId: string) =>
  queries
    .selectFrom('conversations')
    .select(['id', 'title', 'created_at', 'updated_at', 'message_count'])
    .select(({ selectFrom }) =>
      selectFrom('requests')
        .select((part) => part.fn.countAll<number>().as('running'))
        .whereRef('requests.conversation_id', '=', 'conversations.id')
        .where('requests.state', 'in', runningStates)
        .as('running'),
    )
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')

interface Row {
  id: string
  title: string
  created_at: number
  updated_at: number
  message_count: number
  running: number | null
}

export const toSummary = (row: Row): ConversationSummary => ({
  id: row.id,
  title: row.title,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  messageCount: row.message_count,
  running: (row.running ?? 0) > 0,
})
