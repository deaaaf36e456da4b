import { Chat } from './chat.ts'

const names = ['changed', 'connection', 'conversation', 'refused', 'said', 'toast'].map(
  (what) => `companions:${what}`,
)

/** What the chat page runs. Everything that is not needed to send and to see the answer comes after the first paint. */
const tellMissed = keepMissed()
const chat = new Chat(document.body.dataset)
chat.start()

const enhance = async (): Promise<void> => {
  const code = await import('./enhance.ts').catch(unlessUnreachable)
  if (code === undefined) return void setTimeout(enhance, 2_000)
  code.enhanceChat(chat)
  // HTMX takes up the page in a timeout of its own, which stands before this one.
  setTimeout(tellMissed)
}
if (typeof requestIdleCallback === 'function') requestIdleCallback(enhance, { timeout: 1_000 })
else setTimeout(enhance, 200)

/**
 * The hub may be gone in this very moment, which every browser tells by a TypeError; anything else stays wrong and is to
 * be seen. A browser that keeps a failed import (Firefox before 155) fails again until the page is loaded anew, which its
 * styles offer after a while.
 */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error
}

/**
 * Keeps the newest of each event that nobody around the conversation hears yet.
 *
 * @returns tells them again, to those who listen by then, and keeps no more.
 */
function keepMissed(): () => void {
  const missed = new Map<string, unknown>()
  const keep = (event: Event) => missed.set(event.type, event instanceof CustomEvent && event.detail)
  for (const name of names) document.body.addEventListener(name, keep)
  return () => {
    for (const name of names) document.body.removeEventListener(name, keep)
    for (const [name, detail] of missed) document.body.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
