import type { Hole, Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import type { IconName } from '../icons.ts'
import { icon } from '../icons.ts'

export interface SectionFacts {
  /** Its id on the page, for links and for what HTMX puts in its place. */
  readonly id: string
  readonly title: string
  readonly icon: IconName
  /** What it is for, in a sentence or two. */
  readonly note: Hole
}

/** One thing a person has in their own hands, as a card. */
export const section = (facts: SectionFacts, body: Hole): Html =>
  html`<section id="${facts.id}" class="account-card" aria-labelledby="${facts.id}-title" tabindex="-1">
<div class="account-card-head">${icon(facts.icon)}<div><h2 id="${facts.id}-title">${facts.title}</h2><p class="account-note">${facts.note}</p></div></div>
${body}
</section>`

/**
 * Where a form goes: HTMX puts the answer in the card's place, and a browser that has not loaded it yet goes to a page
 * with that card.
 */
export const formTo = (path: string, card: string): Html =>
  attributes({
    ...{ method: 'post', action: path, 'hx-post': path },
    ...{ 'hx-target': `#${card}`, 'hx-swap': 'outerHTML settle:0' },
  })

/** A row of a list: what it is, quiet facts about it, and what can be done to it. */
export const row = (facts: { name: Hole; mark?: Hole; note: Hole; actions?: Hole }): Html =>
  html`<li class="account-row">${facts.mark}<div class="account-row-words"><p class="account-row-name">${facts.name}</p><p class="meta">${facts.note}</p></div>${facts.actions !== undefined && html`<div class="account-row-actions">${facts.actions}</div>`}</li>`

export const rows = (list: readonly Html[]): Html => html`<ul class="account-rows">${list}</ul>`

/** Stands where something would be that wants a fresh sign-in. */
export const confirmFirst = (id: string, what: string): Html =>
  html`<p class="account-confirm"><a class="btn btn-sm" href="/sign-in?again=1&amp;return_to=${`/account#${id}`}">${icon('key', 'small')}Confirm it’s you</a><span class="account-note">${what}</span></p>`

/** A word that a thing is the one in use, or is special in another way. */
export const badge = (word: string): Html => html`<span class="account-badge">${word}</span>`

/** @param id - for a field that is described by it. */
export const formProblem = (problem: string | undefined, id?: string): Html | false =>
  problem !== undefined &&
  html`<p ${attributes({ id, class: 'form-problem', role: 'alert' })}>${icon('alert', 'small')}${problem}</p>`
