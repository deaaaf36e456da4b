import type { Rooms } from '../../house.ts'
import type { User } from '../../store/store.ts'
import type { Credential } from '../request-user.ts'
import { takeChallenge } from './challenges.ts'
import { challengeIn } from './read-answer.ts'
import type { RelyingParty } from './relying-party.ts'

/** One step of a browser on the way to a passkey, or in with one. */
export interface PasskeyVisit {
  readonly rooms: Rooms
  readonly party: RelyingParty
  /** Ties the challenge to this browser; see `BrowserBinding`. */
  readonly binding: string
  readonly user: User | null
  readonly credential: Credential | null
  readonly address: string
  /** What the browser says of itself. */
  readonly userAgent: string | undefined
}

/** The challenge that an answer is for, used up by this, with what it was made for. */
export async function challengeOf(
  { rooms, binding }: PasskeyVisit,
  answer: { response: { clientDataJSON: string } },
) {
  const challenge = challengeIn(answer)
  return { challenge, made: await takeChallenge(rooms.store.flows, challenge, binding) }
}
