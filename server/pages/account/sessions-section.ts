import type { SessionSummary } from '../../store/sessions.ts'
import { timeWords } from '../clock.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { wayWords } from '../ways-in.ts'
import type { AccountFacts } from './facts.ts'
import { badge, formTo, row, rows, section } from './section.ts'

/** Where one is signed in. */
export function sessionsSection(facts: AccountFacts): Html {
  const { sessions, sessionId } = facts
  const here = sessions.filter(({ id }) => id === sessionId)
  const others = sessions.filter(({ id }) => id !== sessionId)
  return section(
    {
      ...{ id: 'sessions', title: 'Where you are signed in', icon: 'screen' },
      note: 'If you do not know one of these, sign it out, and look through your passkeys and linked accounts.',
    },
    html`${rows([...here, ...others].map((one) => sessionRow(one, facts)))}
${others.length > 0 && signOutOthers(others.length)}`,
  )
}

function sessionRow(session: SessionSummary, facts: AccountFacts): Html {
  const { id, device, way, createdAt, lastUsedAt } = session
  const isThis = id === facts.sessionId
  const by = wayWords(way, facts.providers)
  return row({
    name: html`${device ?? 'An unknown device'}${isThis && badge('this one')}`,
    note: html`${isThis ? 'in use now' : html`last used ${timeWords(lastUsedAt, facts.clock)}`} · signed in ${timeWords(createdAt, facts.clock)}${by !== undefined && ` ${by}`}`,
    actions: isThis ? signOutHere() : signOutThere(id, device ?? 'this device'),
  })
}

const signOutHere = (): Html =>
  html`<form method="post" action="/sign-out"><button type="submit" class="btn btn-sm">Sign out</button></form>`

const signOutThere = (id: string, device: string): Html =>
  html`<form ${formTo(`/account/sessions/${id}/end`, 'sessions')}><button type="submit" class="btn btn-sm" aria-label="Sign out ${device}">Sign out</button></form>`

const signOutOthers = (count: number): Html =>
  html`<form ${formTo('/account/sessions/end-others', 'sessions')} hx-confirm="Sign out everywhere but here?"><button type="submit" class="btn">Sign out ${count === 1 ? 'the other one' : `the other ${count}`}</button></form>`
