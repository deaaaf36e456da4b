import type { Chat } from './chat.ts'

/** The part of an HTMX event that is looked at. */
interface SwapEvent extends Event {
  readonly detail?: { readonly ctx?: { readonly target?: Element } }
}

/** Keeps the chat with the room that HTMX shows, and the reader's place when older turns come in above. */
export function listenToSwaps(chat: Chat, process: (element: Element) => void): void {
  document.addEventListener('htmx:before:swap', (event: SwapEvent) => {
    if (event.detail?.ctx?.target?.id === 'earlier') chat.conversation?.follower.hold()
  })
  document.addEventListener('htmx:after:swap', () => {
    chat.conversation?.follower.release()
    chat.attach()
  })
  document.addEventListener('companions:inserted', ({ target }) => {
    if (target instanceof Element) process(target)
  })
}
