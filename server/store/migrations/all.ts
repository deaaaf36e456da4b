import { people } from './0001-people.ts'
import { conversations } from './0002-conversations.ts'
import { accounts } from './0003-accounts.ts'
import { guests } from './0004-guests.ts'
import { greetings } from './0005-greetings.ts'
import { guestBefore } from './0006-guest-before.ts'
import { peopleSearch } from './0007-people-search.ts'
import { requestTraces } from './0008-request-traces.ts'
import { leftGuests } from './0010-left-guests.ts'
import { passkeyNames } from './0011-passkey-names.ts'
import { lastWord } from './0012-last-word.ts'
import { auditActors } from './0013-audit-actors.ts'
import { calls } from './0014-calls.ts'
import type { Migration } from './migration.ts'

/** The history, oldest first. */
export const migrations: readonly Migration[] = [
  people,
  conversations,
  accounts,
  guests,
  greetings,
  guestBefore,
  peopleSearch,
  requestTraces,
  leftGuests,
  passkeyNames,
  lastWord,
  auditActors,
  calls,
]
