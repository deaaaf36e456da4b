import type { ListFacts } from './conversation-list.ts'
import { listMost, listStep } from './conversation-list.ts'
import { activeIdOf } from './request-fields.ts'
import type { Visit } from './visit.ts'

/** Most search results shown, and longest query looked for. */
const mostFound = 50
const longestQuery = 200

/** What the list is to show. `shown` is how many the person has asked for so far. */
export async function listOf(
  visit: Visit,
  asked: { query?: string | undefined; shown?: string | undefined; activeId?: string | undefined },
): Promise<ListFacts> {
  const { user, house } = visit
  const query = (asked.query ?? '').trim().slice(0, longestQuery)
  const shown = shownOf(asked.shown)
  const activeId = asked.activeId ?? activeIdOf(visit.request)
  if (query !== '') {
    const conversations = await house.store.conversations.search(user.id, query, mostFound, goneSignal(visit))
    return { conversations, activeId, query, shown, hasMore: false }
  }
  const { items, next } = await house.store.conversations.list(user.id, { limit: shown })
  return { conversations: items, activeId, query, shown, hasMore: next !== undefined }
}

/** Aborts when whoever asks has gone on: a page gives up its search when the person types another letter. */
function goneSignal({ reply }: Visit): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

function shownOf(text: string | undefined): number {
  const count = Number.parseInt(text ?? '', 10)
  return Number.isNaN(count) ? listStep : Math.min(listMost, Math.max(listStep, count))
}
