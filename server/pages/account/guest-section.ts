import type { LeftByGuest } from '../../store/guests.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import { section } from './section.ts'

/** Asks what becomes of what somebody said as a guest. @param returnTo - Where they were going. */
export const guestSection = (left: LeftByGuest, returnTo = '/account'): Html =>
  section(
    {
      ...{ id: 'guest', title: 'Take your conversations along?', icon: 'person' },
      note: html`Until you signed in, this browser was a guest here, and had ${conversations(left.count)}: ${named(left)}. Taken along, ${left.count === 1 ? 'it is' : 'they are'} yours wherever you sign in. Left here, ${left.count === 1 ? 'it is' : 'they are'} nobody’s.`,
    },
    html`<form class="account-buttons" method="post" action="/account/guest"><input type="hidden" name="return_to" value="${returnTo}"><button type="submit" class="btn btn-sm btn-primary">${icon('plus', 'small')}Take ${left.count === 1 ? 'it' : 'them'} along</button>${returnTo !== '/account' && html`<a class="btn btn-sm btn-ghost" href="${returnTo}">Not now</a>`}</form>`,
  )

/** What came of it. */
export const takenSection = (
  { moved, waiting }: { moved: number; waiting: number },
  returnTo: string,
): Html =>
  section(
    {
      ...{ id: 'guest', title: waiting === 0 ? 'All here' : 'Almost all here', icon: 'check' },
      note: html`${moved === 0 ? 'There was nothing to take along.' : `${sentence(conversations(moved))} came along.`}${waiting > 0 && ` In ${conversations(waiting)} an answer is still being written: ask again in a moment.`}`,
    },
    html`<form class="account-buttons" method="post" action="/account/guest"><input type="hidden" name="return_to" value="${returnTo}">${waiting > 0 && html`<button type="submit" class="btn btn-sm">${icon('again', 'small')}Take the rest along</button>`}<a class="btn btn-sm btn-primary" href="${returnTo}">Go on</a></form>`,
  )

const conversations = (count: number): string => (count === 1 ? 'one conversation' : `${count} conversations`)

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)

const named = ({ count, titles }: LeftByGuest): string => {
  const more = count - titles.length
  return `${titles.map((title) => `“${title}”`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
