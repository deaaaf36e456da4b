import type { Migration } from './migration.ts'

/** The trace in which a request was accepted, for whichever hub publishes it later. */
export const requestTraces: Migration = {
  name: '0008-request-traces',
  kind: 'expanding',
  async up({ schema }) {
    await schema.alterTable('requests').addColumn('traceparent', 'text').execute()
  },
}
