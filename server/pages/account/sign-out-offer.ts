import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { AccountFacts } from './facts.ts'
import { formTo } from './section.ts'

/**
 * After a change of how one gets in: whoever came in before it is still here (ASVS 5.0, 7.4.3). Absent where nobody else
 * is.
 */
export const signOutOffer = (facts: AccountFacts): Html | false =>
  hasOthers(facts) &&
  html`<form ${formTo(endOthers, 'sessions')}><button type="submit" class="btn btn-sm">${words}</button></form>`

/** The same, on a toast. */
export const signOutAction = (facts: AccountFacts): Html | null =>
  hasOthers(facts)
    ? html`<button type="button" class="btn btn-sm btn-ghost toast-action" hx-post="${endOthers}" hx-target="#sessions" hx-swap="outerHTML settle:0" @click="close">${words}</button>`
    : null

const endOthers = '/account/sessions/end-others'

const words = 'Sign out everywhere else'

const hasOthers = ({ sessions, sessionId }: AccountFacts): boolean =>
  sessions.some(({ id }) => id !== sessionId)
