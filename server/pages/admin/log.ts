import { isUuid } from '../../../bus/contract/ids.ts'
import type { AuditEntry } from '../../store/audit.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { fieldOf } from '../request-fields.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import type { View } from '../view.ts'
import { frame, olderLink } from './frame.ts'
import { factWords } from './log-facts.ts'
import { findPresent, type Names, nameOf, namesOf } from './person-names.ts'
import type { AdminVisit } from './visit.ts'
import { actWords, dayAndTime, isAct } from './words.ts'

export const logPath = '/admin/log'

const pageSize = 50

/** Who signed in, and what was done to access: newest first, of everybody or of one, all acts or one. */
export async function showLog({ rooms, request, view, who }: AdminVisit & { view: View }): Promise<Html> {
  const [person, act, before] = ['person', 'act', 'before'].map((name) => fieldOf(request.query, name))
  const personId = isUuid(person) ? person : undefined
  const { items, next } = await rooms.store.audit.list({
    limit: pageSize,
    ...(personId !== undefined && { personId }),
    ...(isAct(act) && { act }),
    ...(before && { before }),
  })
  const names = namesOf(await findPresent(rooms, [...idsIn(items), personId ?? null]))
  return frame(view, {
    title: 'Log',
    here: logPath,
    credential: who.credential,
    main: html`${filters(act, personId, names)}
${items.length === 0 ? html`<p class="desk-empty">Nothing like that is written down.</p>` : html`<ol class="ledger">${items.map((entry) => row(entry, { names, providers: rooms.providers }, view))}</ol>`}
${next !== undefined && olderLink(logPath, { person: personId, act, before: next })}`,
  })
}

const idsIn = (entries: readonly AuditEntry[]) =>
  entries.flatMap(({ actorId, subjectId }) => [actorId, subjectId])

const filters = (act: string | undefined, personId: string | undefined, names: Names): Html =>
  html`<form class="desk-search" method="get" action="${logPath}"><label class="sr-only" for="act">What was done</label><select id="act" class="select" name="act"><option value="">Everything</option>${Object.entries(actWords).map(([value, words]) => html`<option ${attributes({ value, selected: value === act })}>${words}</option>`)}</select>${personId !== undefined && html`<input type="hidden" name="person" value="${personId}">`}<button type="submit" class="btn">Show</button></form>
${personId !== undefined && html`<p class="meta desk-marks"><span>Only about ${nameOf(personId, names)}.</span><a class="desk-link" href="${logPath}">Show everybody</a></p>`}`

function row(
  { at, act, actorId, subjectId, address, facts }: AuditEntry,
  { names, providers }: { names: Names; providers: readonly NamedProvider[] },
  { clock }: View,
): Html {
  const about = subjectId !== null && subjectId !== actorId ? subjectId : undefined
  const said = factWords(facts, providers)
  return html`<li class="ledger-row"><span class="ledger-main"><span class="ledger-name">${isAct(act) ? actWords[act] : act}</span><span class="meta">${actorId === null ? (facts.by === 'house' ? 'the house' : 'somebody unknown') : personLink(actorId, names)}${about !== undefined && html`, about ${personLink(about, names)}`}${said.length > 0 && `, ${said.join(', ')}`}</span></span>
<span class="ledger-facts meta">${address !== null && html`<span>${address}</span>`}<span>${dayAndTime(at, clock)}</span></span></li>`
}

const personLink = (id: string, names: Names): Html =>
  html`<a class="desk-link" href="${logPath}?person=${id}">${nameOf(id, names)}</a>`
