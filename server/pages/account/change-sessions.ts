import { endMyOtherSessions, endMySession } from '../../accounts/sessions/end-mine.ts'
import type { Rooms } from '../../house.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { toastAlong } from '../toast.ts'
import { idOf, type Visit } from '../visit.ts'
import { signedIn } from './changes.ts'
import { readAccountFacts } from './facts.ts'
import { sessionsSection } from './sessions-section.ts'

export async function endSession(rooms: Rooms, visit: Visit): Promise<Html> {
  await endMySession(rooms, signedIn(visit), idOf(visit))
  return html`${sessionsSection(await readAccountFacts(rooms, visit))}${toastAlong('Signed out there.')}`
}

export async function endOtherSessions(rooms: Rooms, visit: Visit): Promise<Html> {
  const count = await endMyOtherSessions(rooms, signedIn(visit))
  const said = `Signed out ${count === 1 ? 'one other session' : `${count} other sessions`}.`
  return html`${sessionsSection(await readAccountFacts(rooms, visit))}${toastAlong(said)}`
}
