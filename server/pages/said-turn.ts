import type { Message } from '../store/store.ts'
import { timeOf } from './clock.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { TurnView } from './turn.ts'
import { actionButton, steps } from './turn-actions.ts'

export type SaidFacts = Pick<Message, 'id' | 'parentId' | 'content' | 'siblings' | 'createdAt'>

export const blankSaid: SaidFacts = { id: '', parentId: null, content: '', siblings: [], createdAt: 0 }

/** What a person said, with the ways to copy and change it. The text keeps its own line breaks. */
export const saidTurn = (said: SaidFacts, view: TurnView): Html =>
  html`<div class="turn said" id="m-${said.id}" data-message-id="${said.id}" data-parent-id="${said.parentId}" data-role="user" data-state="sent">
<h2 class="sr-only">You</h2>
<div class="said-text" dir="auto">${said.content}</div>
<p class="said-note" hidden></p>
<div class="said-foot">
<span class="turn-actions said-actions">${actionButton('copy', 'copy', 'Copy')}${actionButton('edit', 'pencil', 'Edit and send again')}</span>
<span class="refused-actions"><button type="button" class="btn btn-sm" data-action="retry-send">Send again</button><button type="button" class="btn btn-ghost btn-sm" data-action="edit">Edit</button><button type="button" class="btn btn-ghost btn-sm" data-action="discard">Discard</button></span>
${steps(said.id, said.siblings, 'wording')}
<span class="meta said-time">${said.createdAt > 0 && timeOf(said.createdAt, view.clock)}</span>
</div>
</div>`

/** The form that takes the place of a message while it is edited. */
export const editTemplate = (): Html =>
  html`<template id="edit-template"><form class="edit-form">
<textarea class="edit-text" rows="1" aria-label="Your message" dir="auto"></textarea>
<div class="edit-foot"><button type="button" class="btn btn-ghost btn-sm" data-action="edit-cancel">Cancel</button><button type="submit" class="btn btn-primary btn-sm" data-action="edit-send">Send</button></div>
</form></template>`
