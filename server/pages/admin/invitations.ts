import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import { originAskedAt } from '../../accounts/flows/public-origin.ts'
import {
  invitationDays,
  invite,
  mostInvitedAtOnce,
  revokeInvitation,
  type WantedInvitations,
} from '../../accounts/invite.ts'
import { isLoopback } from '../../accounts/local-request.ts'
import { offeredTo } from '../../accounts/offered-ways.ts'
import { nameFrom } from '../../accounts/own-words.ts'
import type { Rooms } from '../../house.ts'
import { roles } from '../../store/accounts.ts'
import type { Invitation } from '../../store/invitations.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { fieldOf } from '../request-fields.ts'
import { copyButton, onceButtons, shownOnceModule } from '../shown-once.ts'
import type { View } from '../view.ts'
import { actForm, frame } from './frame.ts'
import { shortId } from './log-facts.ts'
import { isRole } from './person.ts'
import { findPresent, type Names, nameOf, namesOf } from './person-names.ts'
import { idIn } from './person-path.ts'
import type { AdminVisit } from './visit.ts'
import { dayAndTime, roleWords, wordsOfDone } from './words.ts'

export const invitationsPath = '/admin/invitations'

const mostListed = 200

type PageVisit = AdminVisit & { readonly view: View }

export const showInvitations = (visit: PageVisit): Promise<Html> => invitationsPage(visit, [])

/** Makes them and shows their links at once: the house keeps none that it could show later. */
export async function postInvitations(visit: PageVisit): Promise<Html> {
  const { rooms, request, who } = visit
  const tokens = await invite(rooms, who, wantedIn(request.body))
  const origin = originAskedAt(rooms.config, request)
  return invitationsPage(
    visit,
    tokens.map((token) => `${origin}/invitation/${token}`),
  )
}

export async function postRevoke({ rooms, request, who }: AdminVisit): Promise<string> {
  await revokeInvitation(rooms, who, idIn(request))
  return `${invitationsPath}?done=revoked`
}

function wantedIn(body: unknown): WantedInvitations {
  const role = fieldOf(body, 'role')
  const days = invitationDays.find((one) => String(one) === fieldOf(body, 'days'))
  const count = Number(fieldOf(body, 'count'))
  const isCount = Number.isInteger(count) && count >= 1 && count <= mostInvitedAtOnce
  if (!isRole(role) || days === undefined || !isCount) throw new CodedError('request_invalid')
  return { role, days, count, note: nameFrom(fieldOf(body, 'note')) ?? '' }
}

async function invitationsPage(
  { rooms, request, view, who }: PageVisit,
  links: readonly string[],
): Promise<Html> {
  const invitations = await rooms.store.invitations.list(mostListed)
  const people = await peopleOf(
    rooms,
    invitations.flatMap(({ createdBy, usedBy }) => [createdBy, usedBy]),
  )
  return frame(view, {
    title: 'Invitations',
    here: invitationsPath,
    credential: who.credential,
    done: wordsOfDone(fieldOf(request.query, 'done')),
    modules: links.length > 0 ? [shownOnceModule] : [],
    main: html`${links.length > 0 && freshLinks(links)}
${form(reachOf(rooms, request))}
${invitations.length > 0 && html`<h2 class="desk-title">Made so far</h2><ul class="ledger">${invitations.map((one) => row(one, people, view))}</ul>`}`,
  })
}

const freshLinks = (links: readonly string[]): Html => {
  const [them, each] = links.length === 1 ? ['it', 'It'] : ['them', 'Each']
  return html`<section class="card-of card-new"><h2>${links.length === 1 ? 'The link' : 'The links'}</h2><p class="setting-note" role="status">Copy ${them} now: nobody can see ${them} again. ${each} lets one person in.</p>
<ul id="links" class="plain-list">${links.map(freshLink)}</ul>
${links.length > 1 && onceButtons(copyButton('links', 'Copy all', 'links'))}</section>`
}

const freshLink = (link: string, index: number): Html =>
  html`<li class="desk-once"><code id="link-${index}" class="desk-secret">${link}</code>${onceButtons(copyButton(`link-${index}`, 'Copy', `link ${index + 1}`))}</li>`

const form = (reach: Html | false): Html =>
  html`<section class="card-of"><h2>Invite somebody</h2>${reach && html`<p class="setting-note" role="note">${reach} Give the house an <code>https://</code> address with a name, and say it in <code>PUBLIC_URL</code>.</p>`}<form class="desk-form" method="post" action="${invitationsPath}">
<div class="setting"><label for="role">Role</label><select id="role" class="select" name="role">${roles.map((role) => html`<option ${attributes({ value: role, selected: role === 'user' })}>${roleWords[role]}</option>`)}</select></div>
<div class="setting"><label for="days">Good for</label><select id="days" class="select" name="days">${invitationDays.map((days) => html`<option ${attributes({ value: days, selected: days === 7 })}>${days === 1 ? 'a day' : `${days} days`}</option>`)}</select></div>
<div class="setting"><label for="count">How many links</label><input id="count" class="input" type="number" name="count" value="1" min="1" max="${mostInvitedAtOnce}" inputmode="numeric"></div>
<div class="setting setting-wide"><label for="note">Note, for yourself</label><input id="note" class="input" name="note" maxlength="60" autocomplete="off" placeholder="For whom it is"></div>
<button type="submit" class="btn btn-primary">Make a link</button></form></section>`

/** What is to be said of the links that are made where the admin is, since they name that address. */
function reachOf(rooms: Rooms, request: FastifyRequest): Html | false {
  const { rpId, issuers } = offeredTo(rooms, request)
  if (rpId === undefined && issuers.length === 0)
    return html`Nobody can use an invitation at the address you are at: passkeys want a name, and <code>https://</code>.`
  const origin = originAskedAt(rooms.config, request)
  return (
    isLoopback(URL.parse(origin)?.hostname.replace(/^\[|\]$/g, '') ?? '') &&
    html`Links made here begin with <code>${origin}</code>, so they open on this machine alone.`
  )
}

async function peopleOf(rooms: Rooms, ids: readonly (string | null)[]): Promise<People> {
  const people = await findPresent(rooms, ids)
  const admins = people.filter(({ role, disabledAt }) => role === 'admin' && disabledAt === null)
  return { names: namesOf(people), admins: new Set(admins.map(({ id }) => id)) }
}

interface People {
  readonly names: Names
  /** Whose invitations are good. */
  readonly admins: ReadonlySet<string>
}

const row = (one: Invitation, people: People, { clock }: View): Html =>
  html`<li class="ledger-row"><span class="ledger-main"><span class="ledger-name">${one.note || 'Without a note'}</span><span class="meta">${roleWords[one.role]}, invitation ${shortId(one.id)}, made ${dayAndTime(one.createdAt, clock)} by ${nameOf(one.createdBy, people.names)}</span></span>
<span class="ledger-facts meta">${state(one, people, clock)}</span></li>`

function state(
  { id, createdBy, usedAt, usedBy, expiresAt }: Invitation,
  { names, admins }: People,
  clock: View['clock'],
): Html {
  if (usedAt !== null)
    return html`<span>used ${dayAndTime(usedAt, clock)}</span>${usedBy === null ? html`<span>by somebody gone</span>` : user(usedBy, names)}`
  if (expiresAt <= clock.now) return html`<span>too old since ${dayAndTime(expiresAt, clock)}</span>`
  const isGood = admins.has(createdBy)
  return html`<span>${isGood ? html`until ${dayAndTime(expiresAt, clock)}` : 'no good: its maker is no admin here'}</span>${actForm(`${invitationsPath}/${id}/revoke`, 'Take back')}`
}

const user = (id: string, names: Names): Html =>
  names.has(id)
    ? html`<a class="desk-link" href="/admin/people/${id}">by ${nameOf(id, names)}</a>`
    : html`<span>by ${nameOf(id, names)}</span>`
