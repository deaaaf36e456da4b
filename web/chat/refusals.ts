import type { Chat } from './chat.ts'
import type { Conversation } from './conversation.ts'

/** Says why the connection will not come back by itself, and offers the way out. */
export function listenToRefusals(chat: Chat): void {
  document.body.addEventListener('companions:refused', (event) => {
    if (event instanceof CustomEvent) sayRefused(chat.conversation, event.detail)
  })
}

function sayRefused(conversation: Conversation | undefined, closeCode: unknown): void {
  const reload = document.createElement('button')
  reload.type = 'button'
  reload.className = 'btn btn-sm'
  reload.textContent = 'Reload the page'
  reload.addEventListener('click', () => location.reload())
  conversation?.composer.say(wordsOf(closeCode), reload)
}

function wordsOf(closeCode: unknown): string {
  if (typeof closeCode !== 'number') return 'Somebody else is signed in now.'
  if (closeCode === 4510) return 'You are signed out.'
  if (closeCode === 4503) return 'This page is older than the server.'
  return 'The server does not take this connection.'
}
