import type { Conversation } from './conversation.ts'

/** Close codes that are about the bytes of one frame, as `bus/contract/errors.ts` has them. */
const frameCodes = [1009, 4500, 4501, 4502]

export const wasTheFrame = (closeCode: number): boolean => frameCodes.includes(closeCode)

/** Says why the connection will not come back by itself, and offers the way out. */
export function sayRefused(conversation: Conversation | undefined, why: number | string): void {
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
