import { CodedError } from '../../bus/contract/errors.ts'
import type { ConversationStore } from './store.ts'

/** Most people whose searches run or wait at once on one hub. */
const maxPeople = 1_000
/** Most searches of a person that wait: that many tabs may search at once. */
const maxWaiting = 8

type Search = ConversationStore['search']

interface Waiting {
  begin(): void
  giveUp(error: CodedError): void
}

/**
 * Lets one search of a person run at a time; others wait in their order. One that nobody waits for any more leaves its
 * place, and past `maxWaiting` the one that waits the longest does. A search may look at everything a person ever said.
 */
export function oneSearchEach(search: Search, most = maxPeople): Search {
  const people = new Map<string, Waiting[]>()

  const letNext = (userId: string, waiting: Waiting[]) => {
    const next = waiting.shift()
    if (next === undefined) people.delete(userId)
    else next.begin()
  }

  return async (userId, query, limit, signal) => {
    const waiting = people.get(userId)
    if (waiting !== undefined) await takePlace(waiting, signal)
    else if (people.size >= most) throw new CodedError('rate_limited', 'Too many people search at the moment')
    const line = waiting ?? []
    people.set(userId, line)
    try {
      return await search(userId, query, limit)
    } finally {
      letNext(userId, line)
    }
  }
}

/** Resolves when it is this one's turn. */
async function takePlace(waiting: Waiting[], signal: AbortSignal | undefined): Promise<void> {
  const turn = Promise.withResolvers<void>()
  const place: Waiting = { begin: turn.resolve, giveUp: turn.reject }
  const leave = () => {
    const index = waiting.indexOf(place)
    if (index >= 0) waiting.splice(index, 1)
    turn.reject(new CodedError('rate_limited', 'Nobody waits for this search any more'))
  }
  if (waiting.length >= maxWaiting)
    waiting.shift()?.giveUp(new CodedError('rate_limited', 'Newer searches took the place of this one'))
  waiting.push(place)
  signal?.addEventListener('abort', leave, { once: true })
  if (signal?.aborted) leave()
  try {
    await turn.promise
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}
