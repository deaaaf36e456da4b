import type { Chat } from './chat.ts'
import { growToText } from './composer.ts'
import { clone, part, turnsIn } from './page-parts.ts'

/** Puts a form in the place of a message; what is sent from it goes on from there as another wording. */
export function startEditing(chat: Chat, turn: HTMLElement): void {
  if (turn.hasAttribute('data-editing')) return
  const form = clone('edit-template')
  const field = form.querySelector('textarea')
  if (!(form instanceof HTMLFormElement) || field === null) return
  field.value = part(turn, 'said-text')?.textContent ?? ''
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    sendEdited(chat, turn, field)
  })
  field.addEventListener('input', () => growToText(field))
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') stopEditing(turn)
    else if (event.key === 'Enter' && !event.shiftKey && !event.altKey) form.requestSubmit()
    else return
    event.preventDefault()
  })
  turn.dataset.editing = ''
  part(turn, 'said-text')?.after(form)
  growToText(field)
  field.focus()
}

export function stopEditing(turn: HTMLElement): void {
  turn.removeAttribute('data-editing')
  part(turn, 'edit-form')?.remove()
  document.getElementById('composer-text')?.focus()
}

/** The person's last message that the hub has. */
export function editLast(chat: Chat): void {
  const said = turnsIn(document).filter(({ dataset }) => dataset.role === 'user' && dataset.state === 'sent')
  const last = said.at(-1)
  if (last) startEditing(chat, last)
}

function sendEdited(chat: Chat, turn: HTMLElement, field: HTMLTextAreaElement): void {
  const flaw = chat.edit(field.value, turn.dataset.parentId || null)
  if (flaw === undefined) document.getElementById('composer-text')?.focus()
  else field.setCustomValidity(flaw)
  field.reportValidity()
  field.setCustomValidity('')
}
