import type { ConnectionState } from './socket-listener.ts'

/** Shows how it stands with the connection. */
export function showConnection(state: ConnectionState): void {
  const chat = document.getElementById('chat')
  const sign = document.getElementById('connection')
  if (chat) chat.dataset.connection = state
  if (sign) {
    sign.dataset.state = state
    const word = sign.querySelector('.connection-word')
    if (word) word.textContent = sign.getAttribute(`data-word-${state}`)
  }
  tell('connection', state)
}

/** Close codes that are about the bytes of one frame, as `bus/contract/errors.ts` has them. */
const frameCodes = [1009, 4500, 4501, 4502]

export const wasTheFrame = (closeCode: number): boolean => frameCodes.includes(closeCode)

/**
 * Tells those who live around the conversation, where they are here already. `said`: words for a screen reader;
 * `connection`: its state; `refused`: a close code, none where somebody else is signed in; `toast`: words.
 */
export function tell(
  what:
    | 'changed'
    | 'connection'
    | 'conversation'
    | 'edit-last'
    | 'refresh'
    | 'refused'
    | 'said'
    | 'toast'
    | 'version',
  detail?: unknown,
): void {
  document.body.dispatchEvent(new CustomEvent(`companions:${what}`, { detail }))
}
