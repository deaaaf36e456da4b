import { returnPath } from '../../accounts/flows/return-to.ts'
import { takeGuestAlong } from '../../accounts/guest-before.ts'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../request-fields.ts'
import type { Visit } from '../visit.ts'
import { type Changed, signedIn } from './changes.ts'
import { readAccountFacts } from './facts.ts'
import { guestSection, takenSection } from './guest-section.ts'

/** The question that a sign-in leads to where a guest's conversations would be left behind. */
export async function askAboutGuest(rooms: Rooms, visit: Visit): Promise<Changed> {
  const returnTo = returnPath(fieldOf(visit.request.query, 'return_to'))
  const { left } = await readAccountFacts(rooms, visit)
  return { card: left ? guestSection(left, returnTo) : takenSection({ moved: 0, waiting: 0 }, returnTo) }
}

export async function takeAlong(rooms: Rooms, visit: Visit): Promise<Changed> {
  const taken = await takeGuestAlong(rooms, signedIn(visit))
  return { card: takenSection(taken, returnPath(fieldOf(visit.request.body, 'return_to'))) }
}
