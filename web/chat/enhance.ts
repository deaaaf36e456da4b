import htmx from 'htmx'
import { startPage } from '../page/alpine.ts'
import { listenToActions } from './actions.ts'
import { listenToNews } from './announcer.ts'
import type { Chat } from './chat.ts'
import { holdPlace } from './place.ts'
import { listenToRefusals } from './refusals.ts'
// Wanted with the first answer, when the server may be away: so it is here before.
import './renderings.ts'
import { tellStandstills } from './standstill.ts'
import { keepStops } from './stops.ts'
import { listenToToasts } from './toast.ts'

/** Brings what one does with turns, then HTMX and everything around the conversation. Called once. */
export function enhanceChat(chat: Chat): void {
  keepStops(chat)
  tellStandstills(chat)
  listenToActions(chat)
  listenToChatKeys(chat)
  listenToRefusals(chat)
  listenToToasts()
  listenToNews()
  listenToSwaps(chat, (element) => htmx.process(element))
  listenToLength(chat)
  startPage()
  // The page offers no more to be loaded anew.
  document.body.dataset.whole = ''
}

/** Few write so much that it matters: what shows the length comes when somebody has written half of what they may. */
function listenToLength(chat: Chat): void {
  const listening = new AbortController()
  const look = async () => {
    const length = chat.conversation?.room.text.value.length ?? 0
    if (length < chat.requests.limits.messageLength / 2) return
    const code = await import('./message-length.ts').catch(() => undefined)
    if (code === undefined || listening.signal.aborted) return
    listening.abort()
    code.showLengths(chat)
  }
  void look()
  document.addEventListener('input', look, listening)
}

/** The keys of the conversation: Escape stops the answer, / goes to the composer. */
function listenToChatKeys(chat: Chat): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape' && isInConversation(event.target)) chat.requests.stop()
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

/** The part of an HTMX event that is looked at. */
interface SwapEvent extends Event {
  readonly detail?: { readonly ctx?: { readonly target?: Element } }
}

/** Keeps the chat with the room that HTMX shows, and the reader's place when older turns come in above. */
function listenToSwaps(chat: Chat, process: (element: Element) => void): void {
  let release: (() => void) | undefined
  document.addEventListener('htmx:before:swap', (event: SwapEvent) => {
    const follower = chat.conversation?.follower
    if (!follower || event.detail?.ctx?.target?.id !== 'earlier') return
    follower.stay()
    release = holdPlace(follower)
  })
  document.addEventListener('htmx:after:swap', () => {
    release?.()
    release = undefined
    chat.attach()
  })
  document.addEventListener('companions:inserted', ({ target }) => {
    if (target instanceof Element) process(target)
  })
}
