import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import type { IconName } from './icons.ts'
import { icon } from './icons.ts'

/** A quiet icon below a turn; `data-done` on it shows a check for as long as it stands. */
export const actionButton = (action: string, name: IconName, label: string): Html =>
  html`<button type="button" class="quiet" data-action="${action}" aria-label="${label}" title="${label}"><span class="when-idle">${icon(name, 'small')}</span><span class="when-done">${icon('check', 'small')}</span></button>`

/** The way through several answers to one message, or several wordings of it; nothing where there is one. */
export function steps(id: string, siblings: readonly string[], noun: 'answer' | 'wording'): Html | null {
  const at = siblings.indexOf(id)
  if (siblings.length < 2 || at < 0) return null
  return html`<span class="variants" role="group" aria-label="${noun === 'answer' ? 'Answers' : 'Wordings'}">${step(siblings[at - 1], 'left', `Earlier ${noun}`)}<span class="meta">${at + 1} of ${siblings.length}</span>${step(siblings[at + 1], 'right', `Later ${noun}`)}</span>`
}

const step = (target: string | undefined, name: IconName, label: string): Html =>
  html`<button type="button" class="quiet" data-action="branch" ${attributes({ 'data-target-id': target, disabled: target === undefined })} aria-label="${label}" title="${label}">${icon(name, 'small')}</button>`
