import { CodedError } from '../../bus/contract/errors.ts'
import type { Database, Queries } from './database.ts'
import type { ExportedMessage } from './exports.ts'
import {
  batchesOf,
  insertConversations,
  insertMessages,
  type PreparedRow,
  prepareMessages,
} from './import-rows.ts'
import type { Conversation } from './store.ts'

/** A message of any branch; whatever was to come of it has come. */
export type ImportedMessage = Omit<ExportedMessage, 'ordinal' | 'state'>

/** A conversation from a file, under the ids that it is to have here. Its title stays as it is. */
export interface ImportedConversation extends Omit<Conversation, 'titleSource'> {
  /** Its id where it was exported: it may be this house, which has it still. */
  readonly formerId: string
  /** In the order in which they were made, so that each stands after its parent. */
  readonly messages: readonly ImportedMessage[]
}

export interface ImportOutcome {
  /** Ids of the conversations that are in the list now and were not before. */
  readonly added: readonly string[]
  /** How many messages stand in those. */
  readonly messages: number
  /** How many conversations were there already, and were left as they are. */
  readonly known: number
}

export interface ImportStore {
  /**
   * Adds conversations, all or none. One that is there under either of its ids is not added again; of those, what its
   * person deleted a moment ago comes back. A message is left as it is: nobody is asked to answer it.
   *
   * @throws CodedError `not_allowed` for a person who may not come in, `conflict` where an id is somebody else's.
   */
  add(userId: string, conversations: readonly ImportedConversation[]): Promise<ImportOutcome>
}

export const createImportStore = (database: Database): ImportStore => ({
  add: async (userId, conversations) => {
    const rows = await prepareMessages(conversations)
    return database.write(async (queries) => {
      await database.lockUser(queries, userId)
      return addAll(queries, { userId, conversations, rows })
    })
  },
})

interface Import {
  readonly userId: string
  readonly conversations: readonly ImportedConversation[]
  /** By conversation. */
  readonly rows: ReadonlyMap<string, readonly PreparedRow[]>
}

async function addAll(queries: Queries, { userId, conversations, rows }: Import): Promise<ImportOutcome> {
  const here = await findHere(queries, userId, conversations)
  const isNew = ({ id, formerId }: ImportedConversation) => !here.has(id) && !here.has(formerId)
  const fresh = conversations.filter(isNew)
  const restored = await restoreDeleted(queries, userId, [...here.values()])
  const messages = fresh.reduce((sum, one) => sum + one.messages.length, 0)
  const ordinal = await takeOrdinals(queries, userId, messages)
  await insertConversations(queries, userId, fresh)
  await insertMessages(
    queries,
    fresh.flatMap(({ id }) => rows.get(id) ?? []),
    ordinal,
  )
  const added = [
    ...fresh,
    ...conversations.filter((one) => restored.has(one.id) || restored.has(one.formerId)),
  ]
  return {
    added: added.map(({ id, formerId }) => (restored.has(formerId) ? formerId : id)),
    messages: added.reduce((sum, one) => sum + one.messages.length, 0),
    known: conversations.length - added.length,
  }
}

interface Here {
  readonly id: string
  readonly deleted_at: number | null
}

async function findHere(
  queries: Queries,
  userId: string,
  conversations: readonly ImportedConversation[],
): Promise<Map<string, Here>> {
  const here = new Map<string, Here>()
  const ids = conversations.flatMap(({ id, formerId }) => [id, formerId])
  for (const some of batchesOf(ids)) {
    const rows = await queries
      .selectFrom('conversations')
      .select(['id', 'deleted_at'])
      .where('user_id', '=', userId)
      .where('id', 'in', some)
      .execute()
    for (const row of rows) here.set(row.id, row)
  }
  return here
}

/** Asking for what one has just deleted is a change of mind. */
async function restoreDeleted(
  queries: Queries,
  userId: string,
  here: readonly Here[],
): Promise<ReadonlySet<string>> {
  const ids = here.filter(({ deleted_at }) => deleted_at !== null).map(({ id }) => id)
  for (const some of batchesOf(ids)) {
    await queries
      .updateTable('conversations')
      .set({ deleted_at: null })
      .where('user_id', '=', userId)
      .where('id', 'in', some)
      .execute()
  }
  return new Set(ids)
}

/** @returns the number before the first that was taken. */
async function takeOrdinals(queries: Queries, userId: string, count: number): Promise<number> {
  const user = await queries
    .updateTable('users')
    .set((set) => ({ last_ordinal: set('last_ordinal', '+', count) }))
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .returning('last_ordinal')
    .executeTakeFirst()
  if (!user) throw new CodedError('not_allowed')
  return user.last_ordinal - count
}
