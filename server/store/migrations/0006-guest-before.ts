import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

/** The guest that a session's browser was before, whose conversations its person may take along. */
export const guestBefore: Migration = {
  name: '0006-guest-before',
  kind: 'expanding',
  async up({ schema }, database) {
    await schema.alterTable('sessions').addColumn('guest_id', idType(database)).execute()
  },
}
