import { Chat } from './chat.ts'

/** What the chat page runs. Everything that is not needed to send and to see the answer comes after the first paint. */
const chat = new Chat(document.body.dataset)
chat.start()

const enhance = () => import('./enhance.ts').then(({ enhanceChat }) => enhanceChat(chat))
if (typeof requestIdleCallback === 'function') requestIdleCallback(enhance, { timeout: 1_000 })
else setTimeout(enhance, 200)
