import { endMyOtherSessions, endMySession } from '../../accounts/sessions/end-mine.ts'
import type { Rooms } from '../../house.ts'
import { idOf, type Visit } from '../visit.ts'
import { type Changed, signedIn } from './changes.ts'
import { readAccountFacts } from './facts.ts'
import { sessionsSection } from './sessions-section.ts'

export async function endSession(rooms: Rooms, visit: Visit): Promise<Changed> {
  await endMySession(rooms, signedIn(visit), idOf(visit))
  return { card: sessionsSection(await readAccountFacts(rooms, visit)), said: 'Signed out there.' }
}

export async function endOtherSessions(rooms: Rooms, visit: Visit): Promise<Changed> {
  const count = await endMyOtherSessions(rooms, signedIn(visit))
  const said = `Signed out ${count === 1 ? 'one other session' : `${count} other sessions`}.`
  return { card: sessionsSection(await readAccountFacts(rooms, visit)), said }
}
