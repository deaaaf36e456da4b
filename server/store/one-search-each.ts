import { CodedError } from '../../bus/contract/errors.ts'
import type { ConversationStore } from './store.ts'

/** Most people whose searches run or wait at once on one hub. */
const maxPeople = 1_000

type Search = ConversationStore['search']

interface Waiting {
  begin(): void
  giveUp(error: CodedError): void
}

/**
 * Lets one search of a person run at a time, and one wait: a newer one takes the place of that, since whoever types on
 * does not want it any more. A search may look at everything a person ever said.
 */
export function oneSearchEach(search: Search, most = maxPeople): Search {
  const people = new Map<string, Waiting | undefined>()

  const takePlace = (userId: string) =>
    new Promise<void>((begin, giveUp) => {
      people.get(userId)?.giveUp(new CodedError('rate_limited', 'A newer search took the place of this one'))
      people.set(userId, { begin, giveUp })
    })
  const letNext = (userId: string) => {
    const next = people.get(userId)
    if (next === undefined) people.delete(userId)
    else people.set(userId, undefined)
    next?.begin()
  }

  return async (userId, query, limit) => {
    if (people.has(userId)) await takePlace(userId)
    else if (people.size >= most) throw new CodedError('rate_limited', 'Too many people search at the moment')
    else people.set(userId, undefined)
    try {
      return await search(userId, query, limit)
    } finally {
      letNext(userId)
    }
  }
}
