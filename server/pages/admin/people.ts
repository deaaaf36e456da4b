import { signOutEverybody } from '../../accounts/administer.ts'
import type { Account } from '../../store/store.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import { fieldOf } from '../request-fields.ts'
import type { View } from '../view.ts'
import { actForm, frame, olderLink } from './frame.ts'
import type { AdminVisit } from './visit.ts'
import { dayAndTime, roleWords, wordsOfDone } from './words.ts'

export const everybodyPath = '/admin/sign-everybody-out'

const pageSize = 50
const longestQuery = 200

/** Everybody who signed up, newest first. */
export async function showPeople({ rooms, request, view, who }: AdminVisit & { view: View }): Promise<Html> {
  const query = (fieldOf(request.query, 'q') ?? '').trim().slice(0, longestQuery)
  const before = fieldOf(request.query, 'before')
  const page = { limit: pageSize, query, ...(before && { before }) }
  const { items, next } = await rooms.store.accounts.listUsers(page)
  return frame(view, {
    title: 'People',
    here: '/admin',
    credential: who.credential,
    done: wordsOfDone(fieldOf(request.query, 'done')),
    main: html`<form class="desk-search" method="get" action="/admin" role="search"><label class="sr-only" for="q">Search people</label><input id="q" class="input" type="search" name="q" value="${query}" placeholder="Name or e-mail" maxlength="200" autocomplete="off"><button type="submit" class="btn">Search</button></form>
${items.length === 0 ? nobody(query) : html`<ul class="ledger">${items.map((person) => row(person, view))}</ul>`}
${next !== undefined && olderLink('/admin', { q: query, before: next })}
<details class="danger"><summary class="unfolds"><span>Sign everybody out</span>${icon('right', 'small')}</summary><p class="setting-note">Ends every session but yours, on every device. Guests on this machine and keys of programs stay.</p>${actForm(everybodyPath, 'Sign everybody out', 'btn-error')}</details>`,
  })
}

export async function postEverybodyOut({ rooms, who }: AdminVisit): Promise<string> {
  await signOutEverybody(rooms, who)
  return '/admin?done=everybody-out'
}

const row = (person: Account, { clock }: View): Html =>
  html`<li><a class="ledger-row" href="/admin/people/${person.id}"><span class="ledger-main"><span class="ledger-name">${person.name}</span><span class="meta">${person.email ?? 'no e-mail'}</span></span>
<span class="ledger-facts meta">${marks(person)}<span>since ${dayAndTime(person.createdAt, clock)}</span></span></a></li>`

export const marks = ({ kind, role, disabledAt }: Account): Html =>
  html`<span class="mark">${kind === 'owner' ? 'Owner' : roleWords[role]}</span>${disabledAt !== null && html`<span class="mark mark-off">off</span>`}`

const nobody = (query: string): Html =>
  query === ''
    ? html`<p class="desk-empty">Nobody has signed up yet. <a class="desk-link" href="/admin/invitations">Invite somebody</a></p>`
    : html`<p class="desk-empty">Nobody here has “${query}” in their name or address. <a class="desk-link" href="/admin">Show everybody</a></p>`
