import { acceptIn, refusable } from './accept.ts'
import type { Database, Queries } from './database.ts'
import { hideConversation } from './deletion.ts'
import type { AcceptResult, GreetInput } from './store.ts'

/** How long a greeting that nobody answered is what the house opens with, in milliseconds. */
export const freshGreetingMs = 10 * 60_000

/** See `RequestStore.greet`. The person's row is locked, so that what one hub notes is what the next one reads. */
export function greet(database: Database, input: GreetInput): Promise<AcceptResult | undefined> {
  return refusable(
    database.write(async (queries) => {
      await database.lockUser(queries, input.userId)
      if (!(await isDue(queries, input))) return undefined
      // It may be open in another tab, and `/` still leads to it.
      if (await findGreeting(queries, input.userId, input.now - freshGreetingMs)) return undefined
      const unanswered = await unansweredGreeting(queries, input.userId).executeTakeFirst()
      if (unanswered !== undefined)
        await hideConversation(queries, { userId: input.userId, id: unanswered.id }, input.now)
      const accepted = await acceptIn(queries, input)
      await noteGreeting(queries, input)
      return accepted
    }),
  )
}

/** See `ConversationStore.findGreeting`. One that came to nothing is nothing to be led to. */
export async function findGreeting(
  queries: Queries,
  userId: string,
  since: number,
): Promise<string | undefined> {
  const greeting = await unansweredGreeting(queries, userId)
    .where('users.greeted_at', '>=', since)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('requests')
            .innerJoin('messages', 'messages.id', 'requests.request_id')
            .select('requests.request_id')
            .whereRef('requests.conversation_id', '=', 'conversations.id')
            .where('requests.state', 'in', ['failed', 'cancelled'])
            .where('messages.content', '=', ''),
        ),
      ),
    )
    .executeTakeFirst()
  return greeting?.id
}

const unansweredGreeting = (queries: Queries, userId: string) =>
  queries
    .selectFrom('users')
    .innerJoin('conversations', 'conversations.id', 'users.greeting_id')
    .select('conversations.id')
    .where('users.id', '=', userId)
    .where('conversations.deleted_at', 'is', null)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('messages')
            .select('messages.id')
            .whereRef('messages.conversation_id', '=', 'conversations.id')
            .where('messages.role', '=', 'user'),
        ),
      ),
    )

/** A greeting or a conversation that was deleted counts like one that is there: its person was here. */
async function isDue(queries: Queries, { userId, now, awayMs }: GreetInput): Promise<boolean> {
  const person = await queries
    .selectFrom('users')
    .select(['greeted_at', 'talked_at'])
    .select(({ selectFrom }) =>
      selectFrom('conversations')
        .select(({ fn }) => fn.max('updated_at').as('newest'))
        .where('user_id', '=', userId)
        .where('deleted_at', 'is', null)
        .as('newest_at'),
    )
    .where('id', '=', userId)
    .executeTakeFirst()
  if (!person || person.newest_at === null) return false
  return Math.max(person.newest_at, person.talked_at ?? 0, person.greeted_at ?? 0) <= now - awayMs
}

async function noteGreeting(queries: Queries, { userId, send, now }: GreetInput): Promise<void> {
  await queries
    .updateTable('users')
    .set({ greeted_at: now, greeting_id: send.conversation_id })
    .where('id', '=', userId)
    .execute()
}
