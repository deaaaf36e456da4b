import type { RequestState } from '../../bus/contract/history.ts'
import type { Queries } from './database.ts'

export const runningStates = ['ready', 'published'] as const
export const openStates = ['waiting', ...runningStates] as const

type OpenState = (typeof openStates)[number]
type EndState = Exclude<RequestState, OpenState>

export const isOpen = (state: RequestState): state is OpenState => openStates.some((open) => open === state)

export interface RequestKey {
  readonly userId: string
  readonly requestId: string
}

/**
 * Ends a request, counts its answer, and readies its successors. Within a transaction that has locked the person.
 * @returns the ids of the requests that became `ready`
 */
export async function endRequest(
  queries: Queries,
  { userId, requestId, conversationId }: RequestKey & { conversationId: string },
  end: { state: EndState; now: number },
): Promise<string[]> {
  await queries
    .updateTable('requests')
    .set({ state: end.state, ended_at: end.now })
    .where('user_id', '=', userId)
    .where('request_id', '=', requestId)
    .execute()
  await queries
    .updateTable('conversations')
    .set((set) => ({ message_count: set('message_count', '+', 1), updated_at: end.now }))
    .where('id', '=', conversationId)
    .execute()
  return readySuccessors(queries, userId)
}

/** The person's oldest waiting requests, one for each conversation in which nothing runs, while there is room. */
export async function readySuccessors(queries: Queries, userId: string): Promise<string[]> {
  const open = await queries
    .selectFrom('requests')
    .select(['request_id', 'conversation_id', 'state'])
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .orderBy('ordinal')
    .execute()
  const running = open.filter(({ state }) => state !== 'waiting')
  const limit = await runningLimitOf(queries, userId)
  const busy = new Set(running.map((request) => request.conversation_id))
  const readied: string[] = []
  for (const request of open) {
    if (running.length + readied.length >= limit) break
    if (request.state !== 'waiting' || busy.has(request.conversation_id)) continue
    busy.add(request.conversation_id)
    readied.push(request.request_id)
  }
  if (readied.length === 0) return readied
  await queries
    .updateTable('requests')
    .set({ state: 'ready', lease_until: 0 })
    .where('user_id', '=', userId)
    .where('request_id', 'in', readied)
    .execute()
  return readied
}

/** As the person's last message was accepted by: the number belongs to the role, which the store does not know. */
async function runningLimitOf(queries: Queries, userId: string): Promise<number> {
  const user = await queries
    .selectFrom('users')
    .select('running_limit')
    .where('id', '=', userId)
    .executeTakeFirst()
  return user?.running_limit ?? 1
}
