import htmx from 'htmx'
import { startPage } from '../page/alpine.ts'
import { listenToActions } from './actions.ts'
import type { Chat } from './chat.ts'
import { listenToChatKeys } from './chat-keys.ts'
import { listenToSwaps } from './swaps.ts'

/** Brings what one does with turns, then HTMX and everything around the conversation. Called once. */
export function enhanceChat(chat: Chat): void {
  listenToActions(chat)
  listenToChatKeys(chat)
  listenToSwaps(chat, (element) => htmx.process(element))
  startPage()
}
