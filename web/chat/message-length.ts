import type { Chat } from './chat.ts'
import { cleaned } from './delivery.ts'
import type { Room } from './page-parts.ts'

/** From this share of the limit on, the length is shown. */
const nearLimit = 0.9

/** Shows how long a message has become once it is near the limit, and marks one past it. */
export function showLengths(chat: Chat): void {
  const show = () => {
    if (chat.conversation) showLength(chat.conversation.room, chat.requests.limits.messageLength)
  }
  show()
  for (const change of ['input', 'htmx:after:swap']) document.addEventListener(change, show)
}

function showLength({ text, count }: Room, max: number): void {
  // Counted as it would be sent.
  const { length } = cleaned(text.value)
  count.hidden = length < max * nearLimit
  if (!count.hidden) count.textContent = `${length.toLocaleString()} of ${max.toLocaleString()}`
  text.setAttribute('aria-invalid', String(length > max))
}
