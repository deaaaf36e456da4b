import type { ChatSendFrame } from '../../bus/contract/frames.ts'

/** The parts of `#chat` that a conversation is shown in; the page of an error has none of them. */
export interface Room {
  readonly chat: HTMLElement
  readonly conversationId: string
  readonly scroller: HTMLElement
  readonly thread: HTMLElement
  readonly toEnd: HTMLElement
  readonly composer: HTMLFormElement
  readonly text: HTMLTextAreaElement
  readonly send: HTMLButtonElement
  readonly note: HTMLElement
  readonly count: HTMLElement
}

/** @returns the room that the page shows now, or undefined where it shows something else. */
export function findRoom(): Room | undefined {
  const chat = document.getElementById('chat')
  const conversationId = chat?.dataset.conversationId
  if (!chat || !conversationId) return undefined
  return {
    chat,
    conversationId,
    scroller: partOfPage('scroller'),
    thread: partOfPage('thread'),
    toEnd: partOfPage('to-end'),
    composer: partOfPage<HTMLFormElement>('composer'),
    text: partOfPage<HTMLTextAreaElement>('composer-text'),
    send: partOfPage<HTMLButtonElement>('composer-send'),
    note: partOfPage('composer-note'),
    count: partOfPage('composer-count'),
  }
}

function partOfPage<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}`)
  return found as Kind
}

/** Where the next message hangs in the conversation's tree. */
export const leafOf = ({ chat }: Room): string | null => chat.dataset.leafId || null

export function setLeaf({ chat }: Room, id: string | null): void {
  chat.dataset.leafId = id ?? ''
}

/** Whether something may still come of a reply in this state. */
export const runs = (state?: string): boolean => ['waiting', 'ready', 'published'].includes(state ?? '')

export const isRunning = (turn: HTMLElement): boolean => runs(turn.dataset.state)

export const turnOf = (id: string): HTMLElement | null => document.getElementById(`m-${id}`)

/** Whether the page shows it, and nothing more may come of it. */
export function hasEnded(id: string): boolean {
  const turn = turnOf(id)
  return turn !== null && !isRunning(turn)
}

/** All turns of a thread or of what a server sent, in reading order. */
export const turnsIn = (place: ParentNode): HTMLElement[] => [...place.querySelectorAll<HTMLElement>('.turn')]

/** Turns that go from the page because another wording or answer takes their place. */
export function replacedBy(
  { kind, message_id, parent_id }: ChatSendFrame,
  thread: HTMLElement,
): HTMLElement[] {
  const turns = turnsIn(thread)
  const at = turns.findIndex(({ dataset }) =>
    kind === 'edit'
      ? dataset.role === 'user' && (dataset.parentId || null) === parent_id
      : kind === 'regenerate' && dataset.messageId === message_id,
  )
  if (at < 0) return []
  return turns.slice(kind === 'edit' ? at : at + 1)
}

export const part = (turn: Element, className: string): HTMLElement | null =>
  turn.querySelector<HTMLElement>(`.${className}`)

/** What was said, as it is shown before the hub has it. */
export function saidTurn({ message_id, parent_id, message = '' }: ChatSendFrame): HTMLElement {
  const turn = clone('said-template')
  identify(turn, message_id, parent_id)
  setPart(turn, 'said-text', message)
  turn.dataset.state = 'sending'
  return turn
}

/** The answer's place, before anything is heard of it. */
export function replyTurn({ request_id, message_id }: ChatSendFrame): HTMLElement {
  const turn = clone('reply-template')
  identify(turn, request_id, message_id)
  setReplyState(turn, 'waiting')
  return turn
}

export function setReplyState(turn: HTMLElement, state: string): void {
  turn.dataset.state = state
  turn.setAttribute('aria-busy', String(runs(state)))
}

/** What ended a reply before its end: one of our error codes, and words for people. */
export interface Failure {
  readonly code: string
  readonly detail: string
}

/** One line in place of an answer, or beside one that stalls; nothing where `text` is empty. */
export function setStatus(turn: HTMLElement, text: string, isUrgent = false): void {
  setPart(turn, 'reply-status', text)
  turn.toggleAttribute('data-noted', isUrgent)
}

export function setSaidState(turn: HTMLElement, state: 'sent' | 'sending' | 'refused', note = ''): void {
  turn.dataset.state = state
  setPart(turn, 'said-note', note)
  part(turn, 'said-note')?.toggleAttribute('hidden', note === '')
}

export function setPart(turn: Element, className: string, text: string): void {
  const found = part(turn, className)
  // Written only where it differs: a screen reader and the layout need not hear of the rest.
  if (found && found.textContent !== text) found.textContent = text
}

function identify(turn: HTMLElement, id: string, parentId: string | null): void {
  turn.id = `m-${id}`
  turn.dataset.messageId = id
  turn.dataset.parentId = parentId ?? ''
}

export function clone(templateId: string): HTMLElement {
  const template = document.getElementById(templateId)
  const root = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null
  if (root === null) throw new Error(`The page has no #${templateId}`)
  return document.importNode(root, true) as HTMLElement
}
