import type { Conversation } from './conversation.ts'
import { clone, setPart } from './page-parts.ts'
import type { ConnectionState } from './socket.ts'

/** Words that follow each other faster than this are said as the last one alone; in milliseconds. */
const pauseMs = 600

let due: ReturnType<typeof setTimeout> | undefined

/** Tells a screen reader, politely, one short sentence; never the text of a reply while it grows. */
export function announce(text: string): void {
  clearTimeout(due)
  due = setTimeout(() => {
    const place = document.getElementById('announcer')
    // The same words again are only said again when they are other text.
    if (place) place.textContent = place.textContent === text ? `${text} ` : text
  }, pauseMs)
}

/** Shows a short word at the foot of the page; the page takes it away by itself. */
export function toast(text: string): void {
  const card = clone('toast-template')
  setPart(card, 'toast-text', text)
  document.getElementById('toasts')?.append(card)
}

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
