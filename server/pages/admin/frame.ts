import { isFresh } from '../../accounts/permissions.ts'
import type { Credential } from '../../accounts/request-user.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { barePage } from '../layout.ts'
import type { View } from '../view.ts'
import { signInAgain } from './visit.ts'

export interface FrameFacts {
  readonly title: string
  /** The page's own address, to come back to after a sign-in. */
  readonly here: string
  readonly credential: Credential | null
  /** What was just done, in words. */
  readonly done?: string | undefined
  readonly main: Html
  /** Modules of the built files that the page runs. */
  readonly modules?: readonly string[]
}

const rooms = [
  ['/admin', 'People'],
  ['/admin/invitations', 'Invitations'],
  ['/admin/rules', 'Rules'],
  ['/admin/log', 'Log'],
] as const

/** A page of the house's admins. No act needs a script: each is a form, so it works wherever a browser does. */
export const frame = (view: View, { title, here, credential, done, main, modules = [] }: FrameFacts): Html =>
  barePage(
    `${title} · People and rules · Companions`,
    view.theme,
    view.assets,
    html`<a class="skip-link" href="#main">Skip to the page</a>
<header class="desk-head"><a class="wordmark" href="/">${icon('door')}<span>Companions</span></a>
<div class="desk-ways"><a class="btn btn-ghost btn-sm" href="/">${icon('left', 'small')}Back to the chat</a>
<form method="post" action="/sign-out"><button type="submit" class="btn btn-ghost btn-sm" title="Sign out">${icon('leave', 'small')}<span class="desk-leave">Sign out</span></button></form></div></header>
<nav class="desk-rooms" aria-label="Administration">${rooms.map(([href, name]) => html`<a ${attributes({ href, 'aria-current': isHere(here, href) && 'page' })}>${name}</a>`)}</nav>
<main id="main" class="desk" tabindex="-1">
<h1>${title}</h1>
${done !== undefined && html`<p class="desk-done" role="status">${icon('check', 'small')}${done}</p>`}
${!isFresh(credential, view.clock.now) && html`<p class="desk-note">Whatever lets somebody in, or out for good, wants a sign-in of the last ten minutes. <a class="desk-link" href="${signInAgain(here)}">Confirm it’s you</a></p>`}
${main}
</main>`,
    modules,
  )

const isHere = (here: string, href: string): boolean =>
  href === '/admin' ? /^\/admin(\?|$|\/people)/.test(here) : here.startsWith(href)

/** A form with one button. */
export const actForm = (action: string, label: string, look = ''): Html =>
  html`<form method="post" action="${action}"><button ${attributes({ type: 'submit', class: `btn btn-sm ${look}`.trim() })}>${label}</button></form>`

/** The way to older things. */
export const olderLink = (path: string, query: Readonly<Record<string, string | undefined>>): Html => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return html`<p class="desk-more"><a class="btn btn-sm btn-ghost" href="${`${path}?${new URLSearchParams(given)}`}">Older</a></p>`
}
