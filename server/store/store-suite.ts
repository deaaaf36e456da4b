import { testAccepting } from './suite/accepting.ts'
import { testAccess } from './suite/access.ts'
import { testAccounts } from './suite/accounts.ts'
import { testCalls } from './suite/calls.ts'
import { testDeletion } from './suite/deletion.ts'
import { testEndings } from './suite/endings.ts'
import { testExports } from './suite/exports.ts'
import { testGreeting } from './suite/greeting.ts'
import type { Source } from './suite/ground.ts'
import { itOn } from './suite/ground.ts'
import { testGuests } from './suite/guests.ts'
import { testHeard } from './suite/heard.ts'
import { testIdentities } from './suite/identities.ts'
import { testImports } from './suite/imports.ts'
import { testKeys } from './suite/keys.ts'
import { testLasting } from './suite/lasting.ts'
import { testLeases } from './suite/leases.ts'
import { testListing } from './suite/listing.ts'
import { testQuotas } from './suite/quotas.ts'
import { testRecords } from './suite/records.ts'
import { testRefusing } from './suite/refusing.ts'
import { testSessions } from './suite/sessions.ts'
import { testSuccession } from './suite/succession.ts'
import { testTree } from './suite/tree.ts'

/** What the port promises, held over every implementation. */
export function testStore(source: Source): void {
  const it = itOn(source)
  testAccounts(it)
  testAccess(it)
  testSessions(it)
  testIdentities(it)
  testKeys(it)
  testRecords(it)
  testQuotas(it)
  testAccepting(it)
  testRefusing(it)
  testGreeting(it)
  testSuccession(it)
  testLeases(it)
  testEndings(it)
  testHeard(it)
  testCalls(it)
  testTree(it)
  testExports(it)
  testImports(it)
  testGuests(it)
  testListing(it)
  testDeletion(it)
  testLasting(it)
}
