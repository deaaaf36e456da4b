import { announce } from './announcer.ts'
import type { ConnectionState } from './socket.ts'

/** A gap shorter than this is not worth a word to a screen reader, in milliseconds. */
const briefMs = 3_000

let awaySinceMs = 0

/** Shows how it stands with the connection, and says so where it lasts. */
export function showConnection(state: ConnectionState): void {
  const chat = document.getElementById('chat')
  const sign = document.getElementById('connection')
  if (chat) chat.dataset.connection = state
  if (sign) {
    sign.dataset.state = state
    const word = sign.querySelector('.connection-word')
    if (word) word.textContent = wordOf(sign, state)
  }
  if (state !== 'here' && awaySinceMs === 0) awaySinceMs = Date.now()
  if (state === 'offline') announce('The connection is lost')
  if (state !== 'here') return
  if (awaySinceMs > 0 && Date.now() - awaySinceMs > briefMs) announce('Connected again')
  awaySinceMs = 0
}

const wordOf = ({ dataset }: HTMLElement, state: ConnectionState): string =>
  (state === 'here'
    ? dataset.wordHere
    : state === 'returning'
      ? dataset.wordReturning
      : dataset.wordOffline) ?? ''
