import type { ChatAsked } from '../../bus/contract/chat.ts'
import type { HistoryMessage } from '../../bus/contract/history.ts'
import type { GenerationOptions } from '../../bus/contract/wire.ts'
import type { Queries } from './database.ts'
import { selectUpwards } from './message-path.ts'
import type { RequestHistory } from './store.ts'
import type { RequestKey } from './succession.ts'

/** Messages read at once on the way up; most histories fill their budget, or end, within one or two. */
const pageSize = 100

/** See `RequestStore.history`. The person's message is there even where it alone is past the budget. */
export async function history(
  queries: Queries,
  key: RequestKey,
  budget: number,
): Promise<RequestHistory | undefined> {
  const request = await findRequest(queries, key)
  if (!request) return undefined
  const send: ChatAsked = JSON.parse(request.send_json)
  return {
    state: request.state,
    cancelRequested: request.cancel_requested_at !== null,
    // Every final brings timings; what was cancelled before anybody wrote has none.
    isStored: request.timings_json !== null,
    conversationId: request.conversation_id,
    isGreeting: send.kind === 'greeting',
    systemPrompt: request.system_prompt,
    options: optionsOf(send, request),
    messages: await collect(queries, request.message_id, budget),
  }
}

function findRequest(queries: Queries, { userId, requestId }: RequestKey) {
  return queries
    .selectFrom('requests')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .innerJoin('messages', 'messages.id', 'requests.request_id')
    .select(['state', 'cancel_requested_at', 'requests.conversation_id', 'message_id', 'send_json'])
    .select(['timings_json', 'system_prompt', 'temperature', 'max_tokens'])
    .where('requests.user_id', '=', userId)
    .where('request_id', '=', requestId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** What was asked for with the request goes before what is set for the conversation. */
function optionsOf(
  { options }: ChatAsked,
  conversation: { temperature: number | null; max_tokens: number | null },
): GenerationOptions {
  const temperature = options?.temperature ?? conversation.temperature
  const maxTokens = options?.max_tokens ?? conversation.max_tokens
  return {
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
  }
}

async function collect(queries: Queries, leafId: string, budget: number): Promise<HistoryMessage[]> {
  const newestFirst: HistoryMessage[] = []
  let room = budget
  let start: string | null = leafId
  while (start !== null) {
    const rows = await readUpwards(queries, start)
    for (const { id, role, content } of rows) {
      room -= content.length
      if (room < 0 && id !== leafId) return newestFirst.reverse()
      if (content !== '') newestFirst.push({ role, content })
    }
    start = rows.at(-1)?.parent_id ?? null
  }
  return newestFirst.reverse()
}

/** An answer has no content before it has ended, so that what is empty tells unfinished and fruitless ones alike. */
const readUpwards = (queries: Queries, start: string) =>
  selectUpwards(queries, start, pageSize)
    .innerJoin('messages', 'messages.id', 'path.id')
    .select(['messages.id', 'messages.parent_id', 'messages.role', 'messages.content'])
    .orderBy('path.distance')
    .execute()
