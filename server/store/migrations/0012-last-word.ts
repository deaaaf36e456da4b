import type { Migration } from './migration.ts'

/** When somebody last talked in a conversation that they deleted since, which no row tells any more. */
export const lastWord: Migration = {
  name: '0012-last-word',
  kind: 'expanding',
  async up({ schema }) {
    await schema.alterTable('users').addColumn('talked_at', 'bigint').execute()
  },
}
