import type { Migration } from './migration.ts'

/** Since when nobody gets to what a guest said, and what finds the sessions that still could take it along. */
export const leftGuests: Migration = {
  name: '0010-left-guests',
  kind: 'expanding',
  async up({ schema }) {
    await schema.alterTable('users').addColumn('left_at', 'bigint').execute()
    await schema.createIndex('sessions_by_guest').on('sessions').column('guest_id').execute()
  },
}
