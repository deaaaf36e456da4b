import { Chat } from './chat.ts'
import { keepMissed } from './missed.ts'

/** What the chat page runs. Everything that is not needed to send and to see the answer comes after the first paint. */
const tellMissed = keepMissed()
const chat = new Chat(document.body.dataset)
chat.start()

const enhance = async () => {
  const { enhanceChat } = await import('./enhance.ts')
  enhanceChat(chat)
  // HTMX takes up the page in a timeout of its own, which stands before this one.
  setTimeout(tellMissed)
}
if (typeof requestIdleCallback === 'function') requestIdleCallback(enhance, { timeout: 1_000 })
else setTimeout(enhance, 200)
