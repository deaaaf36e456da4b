import type { Migration } from './migration.ts'

/**
 * By whom an act was done: of somebody who is deleted every entry is looked for, while all other hubs wait for that
 * transaction where the store is a file.
 */
export const auditActors: Migration = {
  name: '0013-audit-actors',
  kind: 'expanding',
  async up({ schema }) {
    await schema.createIndex('audit_log_by_actor').on('audit_log').columns(['actor_id', 'at']).execute()
  },
}
