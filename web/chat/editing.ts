import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Chat } from './chat.ts'
import { growToText } from './composer.ts'
import { cleaned } from './delivery.ts'
import { clone, part, turnsIn } from './page-parts.ts'
import type { Requests } from './requests.ts'
import { toast } from './toast.ts'

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

/** The person's last message, unless it is on its way. */
export function editLast(chat: Chat): void {
  const said = turnsIn(document).filter(
    ({ dataset }) => dataset.role === 'user' && dataset.state !== 'sending',
  )
  const last = said.at(-1)
  if (last) startEditing(chat, last)
}

/** Sends a refused message once more, as a new request. */
export function sendAgain(chat: Chat, turn: HTMLElement): void {
  const flaw = sendInstead(chat, turn, part(turn, 'said-text')?.textContent ?? '')
  if (flaw !== undefined) toast(flaw)
}

/** A refused message is no more. */
export function discard({ requests }: Chat, turn: HTMLElement): void {
  const frame = refusedAt(requests, turn)
  if (frame) requests.outbox.remove(frame.request_id)
  turn.remove()
}

function sendEdited(chat: Chat, turn: HTMLElement, field: HTMLTextAreaElement): void {
  const flaw = sendInstead(chat, turn, field.value)
  if (flaw === undefined) document.getElementById('composer-text')?.focus()
  else field.setCustomValidity(flaw)
  field.reportValidity()
  field.setCustomValidity('')
}

/** In a refused message's place: said anew. In an accepted one's: another wording. @returns why it was not taken. */
function sendInstead(chat: Chat, turn: HTMLElement, text: string): string | undefined {
  const message = cleaned(text)
  if (message === '') return 'There is nothing to send.'
  const { requests } = chat
  const refused = refusedAt(requests, turn)
  const parent_id = (refused ? refused.parent_id : turn.dataset.parentId) || null
  const kind = refused?.kind ?? 'edit'
  const flaw =
    kind === 'send'
      ? requests.send(message)
      : requests.ask({ kind, message_id: uuidv7(), parent_id, message })
  if (refused && flaw === undefined) discard(chat, turn)
  return flaw
}

const refusedAt = ({ outbox }: Requests, { dataset }: HTMLElement): ChatSendFrame | undefined =>
  outbox.refused(dataset.messageId ?? '')
