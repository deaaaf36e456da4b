import type { Hole, Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'

/** What a page with something to copy runs; see `web/account/shown-once.ts`. */
export const shownOnceModule = 'account/shown-once.js'

/** Buttons for what is shown once, with a place for a word about what they did. Without scripts they are not there. */
export const onceButtons = (buttons: Hole): Html =>
  html`<div class="once-buttons">${buttons}<span class="once-word" role="status"></span></div>`

/** Copies all codes in the element of that id, one a line. `what` says more to whoever hears the button only. */
export const copyButton = (id: string, label = 'Copy', what = ''): Html =>
  html`<button ${attributes({ type: 'button', class: 'btn btn-sm', 'data-copy': id, 'aria-label': what !== '' && `${label} ${what}` })}>${icon('copy', 'small')}${label}</button>`

/** Saves them as a text file, below a line that begins with `head` and goes on with the house and the day. */
export const saveButton = (id: string, file: string, head: string): Html =>
  html`<button ${attributes({ type: 'button', class: 'btn btn-sm', 'data-save': id, 'data-file': file, 'data-head': head })}>${icon('download', 'small')}Save as a file</button>`
