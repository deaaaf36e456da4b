import type { Migration } from './migration.ts'

/** The name of the house by which a passkey works. Of those that are here it is told by their next use. */
export const passkeyNames: Migration = {
  name: '0011-passkey-names',
  kind: 'expanding',
  async up({ schema }) {
    await schema.alterTable('passkeys').addColumn('rp_id', 'text').execute()
  },
}
