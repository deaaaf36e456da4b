import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import {
  changeRole,
  deletePerson,
  disablePerson,
  enablePerson,
  personOf,
  signOutPerson,
} from '../../accounts/administer.ts'
import { type Role, roles } from '../../store/accounts.ts'
import type { SessionSummary } from '../../store/sessions.ts'
import type { Account } from '../../store/store.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { fieldOf } from '../request-fields.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import type { View } from '../view.ts'
import { wayWords } from '../ways-in.ts'
import { actForm, frame } from './frame.ts'
import { marks } from './people.ts'
import { idIn, pathOf, personPath } from './person-path.ts'
import { readWaysOf, waysCards } from './person-ways.ts'
import type { AdminVisit } from './visit.ts'
import { dayAndTime, roleWords, wordsOfDone } from './words.ts'

/** One person, and what an admin may do about them. */
export async function showPerson({ rooms, request, view, who }: AdminVisit & { view: View }): Promise<Html> {
  const person = await personOf(rooms, idIn(request))
  const [sessions, ways] = await Promise.all([
    rooms.store.sessions.list(person.id, view.clock.now),
    readWaysOf(rooms, person, view.clock.now),
  ])
  return frame(view, {
    title: person.name,
    here: pathOf(person.id),
    credential: who.credential,
    done: wordsOfDone(fieldOf(request.query, 'done')),
    main: html`<p class="meta desk-marks">${marks(person)}<span>${person.email ?? 'no e-mail'}</span><span>since ${dayAndTime(person.createdAt, view.clock)}</span><a class="desk-link" href="/admin/log?person=${person.id}">In the log</a></p>
${roleForm(person)}
${sessionsCard(person, { sessions, providers: rooms.providers }, view)}
${waysCards(person, ways, { providers: rooms.providers, view })}
${accessCard(person)}`,
  })
}

const roleForm = ({ id, kind, role }: Account): Html =>
  kind === 'owner'
    ? html`<section class="card-of"><h2>Role</h2><p class="setting-note">The owner is an admin, and stays one: the owner link is theirs.</p></section>`
    : html`<section class="card-of"><h2 id="role-title">Role</h2><form class="desk-line" method="post" action="${pathOf(id)}/role"><select class="select" name="role" aria-labelledby="role-title">${roles.map((one) => html`<option ${attributes({ value: one, selected: one === role })}>${roleWords[one]}</option>`)}</select><button type="submit" class="btn">Change</button></form>
<p class="setting-note">Admins see this page, and change who gets in.</p></section>`

const sessionsCard = (
  { id }: Account,
  { sessions, providers }: { sessions: readonly SessionSummary[]; providers: readonly NamedProvider[] },
  { clock }: View,
): Html => {
  const signedIn = (way: string | null) => {
    const words = wayWords(way, providers)
    return words !== undefined && `signed in ${words}, `
  }
  return html`<section class="card-of"><h2>Sessions</h2>${
    sessions.length === 0
      ? html`<p class="setting-note">None is open.</p>`
      : html`<ul class="plain-list">${sessions.map(({ device, way, lastUsedAt }) => html`<li><span>${device ?? 'Unknown device'}</span><span class="meta">${signedIn(way)}last used ${dayAndTime(lastUsedAt, clock)}</span></li>`)}</ul>${actForm(`${pathOf(id)}/sign-out`, 'Sign out everywhere', '')}<p class="setting-note">Keys of their programs stay good until they are revoked. Switching the account off shuts those out as well.</p>`
  }</section>`
}

const accessCard = (person: Account): Html | false =>
  person.kind !== 'owner' &&
  html`<section class="card-of"><h2>Access</h2>
${person.disabledAt === null ? html`<p class="setting-note">Switched off, the account is let in nowhere and keeps everything.</p>${actForm(`${pathOf(person.id)}/disable`, 'Switch off', '')}` : html`<p class="setting-note">This account is switched off.</p>${actForm(`${pathOf(person.id)}/enable`, 'Switch on', 'btn-primary')}`}
<details class="danger"><summary class="unfolds"><span>Delete for good</span>${icon('right', 'small')}</summary><form class="desk-line" method="post" action="${pathOf(person.id)}/delete"><label for="typed">Conversations and all. Type <strong>${person.name}</strong> to say that you mean it.</label><input id="typed" class="input" name="typed" autocomplete="off" required><button type="submit" class="btn btn-error">Delete</button></form></details></section>`

export async function postRole({ rooms, request, who }: AdminVisit): Promise<string> {
  const role = fieldOf(request.body, 'role')
  if (!isRole(role)) throw new CodedError('request_invalid')
  await changeRole(rooms, who, idIn(request), role)
  return doneAt(request, 'role')
}

export async function postDisable({ rooms, request, who }: AdminVisit): Promise<string> {
  await disablePerson(rooms, who, idIn(request))
  return doneAt(request, 'disabled')
}

export async function postEnable({ rooms, request, who }: AdminVisit): Promise<string> {
  await enablePerson(rooms, who, idIn(request))
  return doneAt(request, 'enabled')
}

export async function postSignOut({ rooms, request, who }: AdminVisit): Promise<string> {
  await signOutPerson(rooms, who, idIn(request))
  return doneAt(request, 'signed-out')
}

export async function postDelete({ rooms, request, who }: AdminVisit): Promise<string> {
  const { id, name } = await personOf(rooms, idIn(request))
  if (fieldOf(request.body, 'typed')?.trim() !== name)
    throw new CodedError(
      'request_invalid',
      'The name was not typed as it stands there, so nothing was deleted.',
    )
  await deletePerson(rooms, who, id)
  return '/admin?done=deleted'
}

const doneAt = (request: FastifyRequest, done: string): string => `${personPath(request)}?done=${done}`

export const isRole = (text: string | undefined): text is Role => roles.some((role) => role === text)
