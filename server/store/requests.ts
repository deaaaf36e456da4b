import { accept } from './accept.ts'
import type { Database, Queries } from './database.ts'
import { cancel, markLogPurged, purgeableLogs, recordFinal } from './endings.ts'
import { greet } from './greeting.ts'
import { history } from './history.ts'
import { cancelling, leasePublished, leaseReady, markPublished, republish } from './leases.ts'
import type { RequestStore, StoredRequest } from './store.ts'
import { requestColumns, toStoredRequest } from './stored-request.ts'
import type { RequestKey } from './succession.ts'

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
    cancel: (userId, requestId, now) => cancel(database, { userId, requestId }, now),
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
