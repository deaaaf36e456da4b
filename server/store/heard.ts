import type { ChatFinal } from '../../bus/contract/chat.ts'
import { truncate } from '../../bus/contract/text.ts'
import type { Queries } from './database.ts'
import { fold } from './fold.ts'
import type { RequestKey } from './succession.ts'

/** A reply as it is kept of somebody who interrupted it, and heard it up to there. What failed stays failed. */
export function asHeard(final: ChatFinal, heardOffset: number | null): ChatFinal {
  if (heardOffset === null || heardOffset >= final.content.length) return final
  return {
    ...final,
    content: truncate(final.content, heardOffset),
    ...(final.error === undefined && { finish_reason: 'cancelled' }),
  }
}

/** Notes where somebody interrupted. @returns false where that was noted before, which counts. */
export async function noteHeard(
  queries: Queries,
  { userId, requestId }: RequestKey,
  heardOffset: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('requests')
    .set({ heard_offset: heardOffset })
    .where('user_id', '=', userId)
    .where('request_id', '=', requestId)
    .where('heard_offset', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Cuts an answer that is stored; one that failed stays failed. @returns whether there was more than was heard. */
export async function cutToHeard(
  queries: Queries,
  { userId, requestId, heardOffset }: RequestKey & { heardOffset: number },
): Promise<boolean> {
  const { content, error_json: error } = await queries
    .selectFrom('messages')
    .select(['content', 'error_json'])
    .where('id', '=', requestId)
    .executeTakeFirstOrThrow()
  if (heardOffset >= content.length) return false
  const heard = truncate(content, heardOffset)
  await queries
    .updateTable('messages')
    .set({
      ...{ content: heard, search_text: fold(heard) },
      ...(error === null && { finish_reason: 'cancelled' as const }),
    })
    .where('id', '=', requestId)
    .execute()
  await queries
    .updateTable('requests')
    .set({ state: 'cancelled' })
    .where('user_id', '=', userId)
    .where('request_id', '=', requestId)
    .where('state', '=', 'answered')
    .execute()
  return true
}
