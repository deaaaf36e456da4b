import { copyText } from '../page/copy-text.ts'
import { announce } from './announcer.ts'
import { beginCall } from './calls.ts'
import type { Chat } from './chat.ts'
import { discard, editLast, sendAgain, startEditing, stopEditing } from './editing.ts'
import { fetchFragment } from './fragments.ts'
import { part, turnOf } from './page-parts.ts'
import { toast } from './toast.ts'

/** How long a button shows that its work is done, in milliseconds. */
const doneMs = 1_500

type Action = (chat: Chat, button: HTMLElement, turn: HTMLElement | null) => void | Promise<void>

/** What the buttons of the conversation do, by their `data-action`. */
const actions: Readonly<Record<string, Action>> = {
  opener: (chat, button) => {
    chat.requests.send(button.dataset.text ?? '')
    chat.conversation?.composer.focus()
  },
  copy: (_, button, turn) => copy(button, turn ? sourceOf(turn) : ''),
  'copy-code': (_, button) =>
    copy(button, button.closest('.code-block')?.querySelector('code')?.textContent ?? ''),
  edit: (chat, _, turn) => {
    if (turn) startEditing(chat, turn)
  },
  'edit-cancel': (_, __, turn) => {
    if (turn) stopEditing(turn)
  },
  call: beginCall,
  regenerate,
  retry: regenerate,
  branch: chooseBranch,
  'retry-send': (chat, _, turn) => {
    if (turn) sendAgain(chat, turn)
  },
  discard: (chat, _, turn) => {
    if (turn) discard(chat, turn)
  },
}

/** One listener for all turns, whoever rendered them. */
export function listenToActions(chat: Chat): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null
    const action = actions[button?.dataset.action ?? '']
    if (button && action) void action(chat, button, button.closest<HTMLElement>('.turn'))
  })
  document.body.addEventListener('companions:edit-last', () => editLast(chat))
}

async function copy(button: HTMLElement, text: string): Promise<void> {
  if (!(await copyText(text))) return toast('The browser does not let this page copy.')
  announce('Copied')
  showDone(button, true)
  setTimeout(showDone, doneMs, button, false)
}

/** An icon changes by its styles, the word above code here. */
function showDone(button: HTMLElement, isDone: boolean): void {
  button.toggleAttribute('data-done', isDone)
  if (button.matches('.code-copy')) button.textContent = isDone ? 'Copied' : 'Copy'
}

/** What was written, not what it looks like. */
function sourceOf(turn: HTMLElement): string {
  if (turn.dataset.role === 'user') return part(turn, 'said-text')?.textContent ?? ''
  const source = turn.querySelector<HTMLTemplateElement>('template.reply-source')
  return source?.content.textContent ?? ''
}

function regenerate(chat: Chat, _: HTMLElement, turn: HTMLElement | null): void {
  const said = turnOf(turn?.dataset.parentId ?? '')
  if (said === null) return
  const flaw = chat.requests.ask({
    kind: 'regenerate',
    message_id: said.dataset.messageId ?? '',
    parent_id: said.dataset.parentId || null,
  })
  if (flaw !== undefined) toast(flaw)
}

/** Steps to another answer, or another wording and what came of it. The turn that was stepped stays in its place. */
async function chooseBranch(chat: Chat, button: HTMLElement, turn: HTMLElement | null): Promise<void> {
  const { conversation } = chat
  const target = button.dataset.targetId
  if (conversation === undefined || target === undefined) return
  try {
    const answer = await fetchFragment(`/c/${conversation.id}/branch`, { message_id: target })
    if (answer.status !== 200) return toast('This answer could not be fetched.')
    const above = turn?.previousElementSibling ?? undefined
    if (conversation === chat.conversation) await conversation.merge(answer.content, answer.leafId, above)
    turnOf(target)
      ?.querySelector<HTMLElement>('.variants button:not(:disabled)')
      ?.focus({ preventScroll: true })
  } catch {
    toast('The server cannot be reached just now.')
  }
}
