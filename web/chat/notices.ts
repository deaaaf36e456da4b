import type { ConnectionState } from './socket-listener.ts'

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
    if (word) word.textContent = sign.getAttribute(`data-word-${state}`)
  }
  if (state !== 'here' && awaySinceMs === 0) awaySinceMs = performance.now()
  if (state === 'offline') announce('You are offline')
  if (state === 'away') announce('The server is away; trying again')
  if (state !== 'here') return
  if (awaySinceMs > 0 && performance.now() - awaySinceMs > briefMs) announce('Connected again')
  awaySinceMs = 0
}

/** Close codes that are about the bytes of one frame, as `bus/contract/errors.ts` has them. */
const frameCodes = [1009, 4500, 4501, 4502]

export const wasTheFrame = (closeCode: number): boolean => frameCodes.includes(closeCode)

/**
 * Tells those who live around the conversation, where they are here already. `refused`: a close code, or words;
 * `toast`: words.
 */
export function tell(
  what: 'changed' | 'conversation' | 'edit-last' | 'refresh' | 'refused' | 'toast' | 'version',
  detail?: unknown,
): void {
  document.body.dispatchEvent(new CustomEvent(`companions:${what}`, { detail }))
}
