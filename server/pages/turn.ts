import { setImmediate as loopTurn } from 'node:timers/promises'
import type { Message } from '../store/store.ts'
import type { Clock } from './clock.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { blankReply, failureTemplate, replyTurn } from './reply-turn.ts'
import { blankSaid, saidTurn } from './said-turn.ts'

/** What a turn shows of its surroundings. */
export interface TurnView {
  /** Both are '' in a template, which belongs to nobody. */
  readonly userId: string
  readonly conversationId: string
  readonly companionName: string
  readonly clock: Clock
}

export const turn = (message: Message, view: TurnView): Html =>
  message.role === 'user' ? saidTurn(message, view) : replyTurn(message, view)

/** Replies of so many code units together are rendered in one go, about 10 ms; then others on this hub have a turn. */
const unitsInOneGo = 8_000

/**
 * The inside of the thread: turns, oldest first, below the way to earlier ones. It lets the event loop turn between
 * long replies, since rendering many takes long and every socket of the hub would wait.
 *
 * @param next - Cursor of the page before these, as the store gave it.
 */
export async function turns(
  messages: readonly Message[],
  next: string | undefined,
  view: TurnView,
): Promise<Html> {
  const shown: Html[] = []
  let units = 0
  for (const message of messages) {
    shown.push(turn(message, view))
    units += message.role === 'assistant' ? message.content.length : 0
    if (units < unitsInOneGo) continue
    units = 0
    await loopTurn()
  }
  return html`${next !== undefined && earlier(view.conversationId, next)}${shown}`
}

const earlier = (conversationId: string, before: string): Html =>
  html`<button type="button" id="earlier" class="btn btn-ghost btn-sm earlier" hx-get="/fragments/c/${conversationId}/thread?before=${before}" hx-target="this" hx-swap="outerHTML settle:0" hx-disable="this">Show earlier messages</button>`

/** The same two turns without a word in them, for the browser to fill in. */
export const turnTemplates = (view: TurnView): Html =>
  html`<template id="said-template">${saidTurn(blankSaid, view)}</template>
<template id="reply-template">${replyTurn(blankReply, view)}</template>
${failureTemplate()}`
