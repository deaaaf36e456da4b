import type { Queries } from '../database.ts'
import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

type IdType = ReturnType<typeof idType>
type Tables = Queries['schema']

export const conversations: Migration = {
  name: '0002-conversations',
  kind: 'expanding',
  async up({ schema }, database) {
    const id = idType(database)
    await createConversations(schema, id)
    await createMessages(schema, id)
    await createRequests(schema, id)
  },
}

async function createConversations(schema: Tables, id: IdType) {
  await schema
    .createTable('conversations')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('user_id', id, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('title_source', 'text', (column) => column.notNull())
    .addColumn('search_title', 'text', (column) => column.notNull())
    .addColumn('system_prompt', 'text')
    .addColumn('temperature', 'double precision')
    .addColumn('max_tokens', 'integer')
    .addColumn('model', 'text')
    .addColumn('active_leaf_id', id)
    .addColumn('message_count', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .execute()
  const newestFirst = ['user_id', 'deleted_at', 'updated_at', 'id']
  await schema.createIndex('conversations_by_user').on('conversations').columns(newestFirst).execute()
  await schema.createIndex('conversations_by_deletion').on('conversations').column('deleted_at').execute()
}

async function createMessages(schema: Tables, id: IdType) {
  await schema
    .createTable('messages')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('conversation_id', id, (column) =>
      column.notNull().references('conversations.id').onDelete('cascade'),
    )
    .addColumn('parent_id', id)
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('ordinal', 'bigint', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('thoughts', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('model', 'text')
    .addColumn('finish_reason', 'text')
    .addColumn('error_json', 'text')
    .addColumn('usage_json', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('timings_json', 'text')
    .addColumn('search_text', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  const tree = ['conversation_id', 'parent_id', 'ordinal']
  await schema.createIndex('messages_by_parent').on('messages').columns(tree).execute()
}

async function createRequests(schema: Tables, id: IdType) {
  await schema
    .createTable('requests')
    .addColumn('user_id', id, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('request_id', id, (column) => column.notNull())
    .addColumn('conversation_id', id, (column) =>
      column.notNull().references('conversations.id').onDelete('cascade'),
    )
    .addColumn('message_id', id, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('content_hash', id, (column) => column.notNull())
    .addColumn('send_json', 'text', (column) => column.notNull())
    .addColumn('ordinal', 'bigint', (column) => column.notNull())
    .addColumn('attempt_floor', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('epoch', 'bigint')
    .addColumn('seq', 'bigint')
    .addColumn('cancel_requested_at', 'bigint')
    .addColumn('lease_until', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('looked_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('log_purged_at', 'bigint')
    .addPrimaryKeyConstraint('requests_key', ['user_id', 'request_id'])
    .execute()
  const indexes: Record<string, string[]> = {
    requests_by_user: ['user_id', 'state', 'ordinal'],
    requests_by_conversation: ['conversation_id', 'state'],
    requests_by_lease: ['state', 'lease_until'],
    requests_by_look: ['state', 'looked_at'],
    requests_by_end: ['log_purged_at', 'ended_at'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await schema.createIndex(name).on('requests').columns(columns).execute()
  }
}
