import type { ConversationSummary } from '../store/store.ts'
import type { Clock } from './clock.ts'
import { dayHeading } from './clock.ts'
import { conversationRow } from './conversation-row.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

export interface ListFacts {
  readonly conversations: readonly ConversationSummary[]
  readonly activeId: string | undefined
  /** The words searched for; '' shows all, by day. */
  readonly query: string
  /** How many were asked for, and whether there are more. */
  readonly shown: number
  readonly hasMore: boolean
}

/** Most conversations a list shows at first, more at each "Show older", and at most; past that, search finds them. */
export const listStep = 40
export const listMost = 1_000

/** The inside of the sidebar's list. */
export function conversationList(facts: ListFacts, clock: Clock): Html {
  if (facts.query !== '') return searchResults(facts)
  if (facts.conversations.length === 0) {
    return html`<p class="list-empty">Nothing here yet. What you talk about is kept in this list.</p>`
  }
  const groups = Map.groupBy(facts.conversations, ({ updatedAt }) => dayHeading(updatedAt, clock))
  return html`${[...groups].map(([heading, rows], index) => dayGroup(`day-${index}`, heading, rows, facts))}${older(facts)}`
}

const dayGroup = (
  id: string,
  heading: string,
  rows: readonly ConversationSummary[],
  facts: ListFacts,
): Html =>
  html`<section class="list-group" aria-labelledby="${id}"><h2 id="${id}" class="list-heading">${heading}</h2><ul class="list-rows">${rows.map((row) => conversationRow(row, { activeId: facts.activeId, query: '' }))}</ul></section>`

/** Says how many were found, since the list changes while the person types in another place. */
function searchResults({ conversations, activeId, query }: ListFacts): Html {
  if (conversations.length === 0) {
    return html`<p class="list-empty" role="status">Nothing holds “${query}”. Every word must stand in a title or a message.</p>`
  }
  const count = conversations.length === 1 ? '1 conversation' : `${conversations.length} conversations`
  return html`<section class="list-group" aria-labelledby="found"><h2 id="found" class="list-heading"><span role="status">${count}</span></h2><ul class="list-rows">${conversations.map((row) => conversationRow(row, { activeId, query }))}</ul></section>`
}

function older({ shown, hasMore }: ListFacts): Html {
  const kept = html`<input type="hidden" name="shown" value="${shown}">`
  if (!hasMore) return kept
  if (shown >= listMost) return html`${kept}<p class="list-empty">Older ones are found by searching.</p>`
  return html`${kept}<button type="button" id="older" class="btn btn-ghost btn-sm list-older" hx-get="/fragments/conversations?shown=${shown + listStep}" hx-target="#conversations" hx-swap="innerMorph" hx-disable="this">Show older</button>`
}
