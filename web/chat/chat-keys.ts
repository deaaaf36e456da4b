import type { Chat } from './chat.ts'

/** The keys of the conversation: Escape stops the answer, / goes to the composer. */
export function listenToChatKeys(chat: Chat): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape' && isInConversation(event.target)) chat.stop()
    else if (event.key === '/' && !isTyping(event.target) && chat.conversation) {
      event.preventDefault()
      chat.conversation.composer.focus()
    }
  })
}

/** Escape elsewhere closes what is open there. */
const isInConversation = (target: EventTarget | null): boolean =>
  target === document.body ||
  (target instanceof Element &&
    target.closest('#scroller, #composer') !== null &&
    !target.closest('.edit-form'))

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
