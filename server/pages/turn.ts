import type { Message } from '../store/store.ts'
import type { Clock } from './clock.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { blankReply, replyTurn } from './reply-turn.ts'
import { blankSaid, saidTurn } from './said-turn.ts'

/** What a turn shows of its surroundings. */
export interface TurnView {
  /** '' in a template, which belongs to none. */
  readonly conversationId: string
  readonly companionName: string
  readonly clock: Clock
}

export const turn = (message: Message, view: TurnView): Html =>
  message.role === 'user' ? saidTurn(message, view) : replyTurn(message, view)

/**
 * The inside of the thread: turns, oldest first, below the way to earlier ones.
 * @param next - Cursor of the page before these, as the store gave it.
 */
export const turns = (messages: readonly Message[], next: string | undefined, view: TurnView): Html =>
  html`${next !== undefined && earlier(view.conversationId, next)}${messages.map((message) => turn(message, view))}`

const earlier = (conversationId: string, before: string): Html =>
  html`<button type="button" id="earlier" class="btn btn-ghost btn-sm earlier" hx-get="/fragments/c/${conversationId}/thread?before=${before}" hx-target="this" hx-swap="outerHTML settle:0" hx-disable="this">Show earlier messages</button>`

/** The same two turns without a word in them, for the browser to fill in. */
export const turnTemplates = (view: TurnView): Html =>
  html`<template id="said-template">${saidTurn(blankSaid, view)}</template>
<template id="reply-template">${replyTurn(blankReply, view)}</template>`
