import type { Chat } from './chat.ts'
import type { Conversation } from './conversation.ts'

/** Says why the connection will not come back by itself, and offers the way out. */
export function listenToRefusals(chat: Chat): void {
  document.body.addEventListener('companions:refused', (event) => {
    const why: unknown = event instanceof CustomEvent ? event.detail : undefined
    if (typeof why === 'string' || typeof why === 'number') sayRefused(chat.conversation, why)
  })
}

function sayRefused(conversation: Conversation | undefined, why: number | string): void {
  const reload = document.createElement('button')
  reload.type = 'button'
  reload.className = 'btn btn-sm'
  reload.textContent = 'Reload the page'
  reload.addEventListener('click', () => location.reload())
  conversation?.composer.say(typeof why === 'string' ? why : wordsOf(why), reload)
}

function wordsOf(closeCode: number): string {
  if (closeCode === 4510) return 'You are signed out.'
  if (closeCode === 4503) return 'This page is older than the server.'
  return 'The server does not take this connection.'
}
