import { errorCodes, isErrorCode } from '../../bus/contract/errors.ts'
import type { Assets } from '../assets/assets.ts'
import type { ListFacts } from './conversation-list.ts'
import type { Theme } from './cookies.ts'
import { errorWords } from './error-advice.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { doorstep, page } from './layout.ts'
import { toastAlong } from './toast.ts'
import type { View } from './view.ts'

export interface ErrorFacts {
  /** The HTTP status. */
  readonly status: number
  /** One of our error codes. */
  readonly code: string
  readonly title: string
  readonly detail: string
}

/** A page of its own that says what went wrong and what can be done about it. */
export const renderErrorPage = (
  facts: ErrorFacts,
  { theme, assets }: { theme: Theme; assets: Assets },
): string => doorstep(facts.title, { theme, assets }, errorWordsOf(facts)).toString()

/** The same inside the house, for somebody who is at home here. */
export const errorPage = (view: View, facts: ErrorFacts, list: ListFacts): Html =>
  page(view, { title: `${facts.title} · Companions`, list, main: errorMain(facts, mayComeIn(view, facts)) })

/** Whoever is here as a guest may be somebody who may do it. */
const mayComeIn = ({ user }: View, { code }: ErrorFacts): boolean =>
  user.kind === 'guest' && code === 'not_allowed'

/**
 * For HTMX, which says in `hx-target` what it put its answer into: the room shows its error in its place; any smaller
 * piece leaves the page as it is and says it in a toast.
 */
export const errorPiece = (target: string | string[] | undefined, facts: ErrorFacts): Html =>
  target === 'main#chat'
    ? html`<title>${facts.title} · Companions</title>${errorMain(facts)}`
    : toastAlong(`${(facts.detail || facts.title).replace(/\.$/, '')}.`)

const errorMain = (facts: ErrorFacts, canSignIn = false): Html =>
  html`<main id="chat" class="room error-room" tabindex="-1" hx-history-elt data-room="error">
<header class="top-bar"><button type="button" class="quiet show-sidebar" @click="toggleSidebar" aria-controls="sidebar" aria-label="Show the list" title="Show the list">${icon('list')}</button></header>
<div class="bare-main">${errorWordsOf(facts, canSignIn)}</div>
</main>`

function errorWordsOf({ status, code, title, detail }: ErrorFacts, canSignIn = false): Html {
  const { advice } = errorWords(code)
  const canHelp = !isErrorCode(code) || errorCodes[code].retryable
  const says = detail !== '' && detail.replace(/\.$/, '') !== title
  return html`<div class="notice"><p class="notice-status">${status}</p><h1>${title}</h1><p>${says && `${detail.replace(/\.$/, '')}. `}${(!says || code !== 'not_found') && advice}</p>
<p class="notice-actions"><a class="btn btn-primary" href="/">Go home</a>${canHelp && html`<a class="btn btn-ghost" href="">${icon('again', 'small')}Try again</a>`}${canSignIn && html`<a class="btn btn-ghost" href="/sign-in">Sign in</a>`}</p></div>`
}
