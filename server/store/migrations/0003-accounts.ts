import type { Queries } from '../database.ts'
import { createKeys } from './0003-keys.ts'
import { createRecords } from './0003-records.ts'
import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

type IdType = ReturnType<typeof idType>
type Tables = Queries['schema']

/** Accounts: roles, ways to sign in, and what sessions say of themselves. Older hubs work on beside it. */
export const accounts: Migration = {
  name: '0003-accounts',
  kind: 'expanding',
  async up(queries, database) {
    const { schema } = queries
    const id = idType(database)
    await widenUsers(schema, id)
    await queries.updateTable('users').set({ role: 'admin' }).where('kind', '=', 'owner').execute()
    await widenSessions(schema, id)
    await createIdentities(schema, id)
    await createFlows(schema, id)
    await createInvitations(schema, id)
    await createKeys(schema, id)
    await createRecords(schema, id)
  },
}

async function widenUsers(schema: Tables, id: IdType) {
  // One column a statement: SQLite adds no more at once.
  const users = () => schema.alterTable('users')
  await users()
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('user'))
    .execute()
  await users().addColumn('email', 'text').execute()
  await users().addColumn('disabled_at', 'bigint').execute()
  await users()
    .addColumn('running_limit', 'integer', (column) => column.notNull().defaultTo(4))
    .execute()
  await users().addColumn('invited_by', id).execute()
  await schema.createIndex('users_by_creation').on('users').columns(['created_at', 'id']).execute()
}

async function widenSessions(schema: Tables, id: IdType) {
  const sessions = () => schema.alterTable('sessions')
  for (const name of ['id', 'issuer', 'subject', 'sid', 'previous_hash'])
    await sessions().addColumn(name, id).execute()
  for (const name of ['last_used_at', 'signed_in_at', 'previous_until'])
    await sessions().addColumn(name, 'bigint').execute()
  for (const name of ['device', 'provider', 'id_token']) await sessions().addColumn(name, 'text').execute()
  await sessions()
    .addColumn('rotation_due', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await schema.createIndex('sessions_by_id').unique().on('sessions').column('id').execute()
  await schema.createIndex('sessions_by_previous').on('sessions').column('previous_hash').execute()
  await schema.createIndex('sessions_by_identity').on('sessions').columns(['issuer', 'subject']).execute()
}

async function createIdentities(schema: Tables, id: IdType) {
  await schema
    .createTable('identities')
    .addColumn('issuer', id, (column) => column.notNull())
    .addColumn('subject', id, (column) => column.notNull())
    .addColumn('user_id', id, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('email', 'text')
    .addColumn('email_verified', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('identities_key', ['issuer', 'subject'])
    .execute()
  await schema.createIndex('identities_by_user').on('identities').column('user_id').execute()
}

async function createFlows(schema: Tables, id: IdType) {
  await schema
    .createTable('flows')
    .addColumn('state_hash', id, (column) => column.primaryKey())
    .addColumn('binding_hash', id, (column) => column.notNull())
    .addColumn('flow_json', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('flows_by_binding').on('flows').columns(['binding_hash', 'expires_at']).execute()
  await schema.createIndex('flows_by_end').on('flows').column('expires_at').execute()
}

async function createInvitations(schema: Tables, id: IdType) {
  await schema
    .createTable('invitations')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('token_hash', id, (column) => column.notNull().unique())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('created_by', id, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_by', id)
    .addColumn('used_at', 'bigint')
    .execute()
  await schema.createIndex('invitations_by_creation').on('invitations').column('created_at').execute()
}
