import { sql } from 'kysely'
import { createAccountStore } from './accounts.ts'
import { createApiKeyStore } from './api-keys.ts'
import { createAuditStore } from './audit.ts'
import { createCallStore } from './calls.ts'
import { createConversationStore } from './conversations.ts'
import type { Database } from './database.ts'
import { behindDoor } from './door.ts'
import { createExportStore } from './exports.ts'
import { createFlowStore } from './flows.ts'
import { createGuestStore } from './guests.ts'
import { createHouseSettingStore } from './house-settings.ts'
import { createIdentityStore } from './identities.ts'
import { createImportStore } from './imports.ts'
import { createInvitationStore } from './invitations.ts'
import { createLimitStore } from './limits.ts'
import { migrate } from './migrate.ts'
import { holdNoted } from './noted-revocations.ts'
import { createPasskeyStore } from './passkeys.ts'
import { createRecoveryCodeStore } from './recovery-codes.ts'
import { createRequestStore } from './requests.ts'
import { createRevocationStore } from './revocations.ts'
import { createSessionStore } from './sessions.ts'
import type { Store } from './store.ts'
import { placeOf } from './store-place.ts'
import { openPostgres } from './store-postgres.ts'
import { openSqlite } from './store-sqlite.ts'

/**
 * Opens the store that a URL names: `sqlite:<path>`, or a bare path, or `postgres://…`. `migrate` comes next.
 * A PostgreSQL that is away shows when the store is first used.
 * @throws for any other kind of URL, CodedError `store_unavailable` when the file can't be opened
 */
export async function openStore(url: string): Promise<Store> {
  return createStore(await behindDoor({ open: () => openDatabase(url) }).open())
}

export function createStore(opened: Database): Store {
  const { database, take } = holdNoted(opened)
  return {
    kind: database.kind,
    accounts: behindDoor(createAccountStore(database)),
    apiKeys: behindDoor(createApiKeyStore(database)),
    audit: behindDoor(createAuditStore(database)),
    flows: behindDoor(createFlowStore(database)),
    houseSettings: behindDoor(createHouseSettingStore(database)),
    identities: behindDoor(createIdentityStore(database)),
    imports: behindDoor(createImportStore(database)),
    invitations: behindDoor(createInvitationStore(database)),
    limits: behindDoor(createLimitStore(database)),
    passkeys: behindDoor(createPasskeyStore(database)),
    recoveryCodes: behindDoor(createRecoveryCodeStore(database)),
    revocations: behindDoor(createRevocationStore(database, take)),
    sessions: behindDoor(createSessionStore(database)),
    conversations: behindDoor(createConversationStore(database)),
    exports: behindDoor(createExportStore(database)),
    guests: behindDoor(createGuestStore(database)),
    requests: behindDoor(createRequestStore(database)),
    calls: behindDoor(createCallStore(database)),
    ...behindDoor({
      migrate: () => migrate(database),
      readId: () => readId(database),
      ping: () => ping(database),
      close: () => database.close(),
    }),
  }
}

async function openDatabase(url: string): Promise<Database> {
  const place = placeOf(url)
  return place.kind === 'postgres' ? openPostgres(url) : openSqlite(place.path)
}

const readId = (database: Database): Promise<string> =>
  database.read(async (queries) => {
    const row = await queries
      .selectFrom('house')
      .select('value')
      .where('slot', '=', 'id')
      .executeTakeFirstOrThrow()
    return row.value
  })

/** Reads the schema, which SQLite, unlike for a bare value, has to open its file for. */
const ping = (database: Database): Promise<void> =>
  database.read(async (queries) => {
    await sql`select 1 from schema_migrations limit 1`.execute(queries)
  })
