import type { ErrorCode } from '../../bus/contract/errors.ts'
import { isOpenState } from '../../bus/contract/history.ts'
import type { Message } from '../store/store.ts'
import { errorWords } from './error-advice.ts'
import type { Html } from './html.ts'
import { attributes, html, raw } from './html.ts'
import { icon } from './icons.ts'
import { renderedReplies } from './rendered-replies.ts'
import { replyMeta } from './reply-meta.ts'
import type { TurnView } from './turn.ts'
import { actionButton, steps } from './turn-actions.ts'

export type ReplyFacts = Omit<Message, 'role' | 'usage'>

export const blankReply: ReplyFacts = {
  id: '',
  parentId: null,
  content: '',
  thoughts: '',
  model: null,
  state: 'waiting',
  finishReason: null,
  error: null,
  timings: null,
  createdAt: 0,
  siblings: [],
}

/** What the companion answered, or how far it has come; all states of a reply are told by `data-state`. */
export function replyTurn(reply: ReplyFacts, view: TurnView): Html {
  const state = reply.state ?? 'answered'
  return html`<article class="turn reply" id="m-${reply.id}" data-message-id="${reply.id}" data-parent-id="${reply.parentId}" data-role="assistant" data-state="${state}" aria-busy="${String(isOpenState(state))}">
<h2 class="sr-only">${view.companionName}</h2>
${thoughts(reply)}
<div class="reply-body prose-like" dir="auto">${reply.content !== '' && raw(renderedReplies.render(view, reply.content))}</div>
<p class="reply-status">${status(reply, view)}</p>
<footer class="reply-foot">
<span class="turn-actions">${actionButton('copy', 'copy', 'Copy the answer')}${hasQuestion(reply) && actionButton('regenerate', 'again', 'Answer again')}</span>
${steps(reply.id, reply.siblings, 'answer')}
<span class="meta reply-meta">${replyMeta(reply, view.clock)}</span>
</footer>
<template class="reply-source">${reply.content}</template>
</article>`
}

const thoughts = (reply: ReplyFacts): Html =>
  html`<details class="thoughts" ${attributes({ hidden: reply.thoughts === '' })}><summary>${icon('right', 'small')}<span class="thoughts-label">Thoughts</span></summary><div class="thoughts-text" dir="auto">${reply.thoughts}</div></details>`

function status(reply: ReplyFacts, view: TurnView): Html | string {
  if (reply.state === 'waiting') return 'Waiting for its turn'
  if (reply.state === 'ready' || reply.state === 'published') return `${view.companionName} is thinking`
  if (reply.state === 'cancelled' && reply.content === '') return 'Stopped before the first word'
  if (reply.state === 'failed') return failure(reply)
  return reply.content === '' && reply.id !== '' ? 'The model answered with nothing' : ''
}

/** A greeting answers nothing that could be answered again; the template's words stand in for any reply's. */
const hasQuestion = ({ id, parentId }: ReplyFacts): boolean => id === '' || parentId !== null

/** `detail` is for people too, so it is shown where it says more than the title. */
function failure(reply: ReplyFacts): Html {
  const { code, detail } = reply.error ?? { code: 'reply_failed', detail: '' }
  const words = errorWords(code)
  const says = detail !== '' && detail !== words.title
  return html`<span class="failure" data-code="${code}">${icon('alert', 'small')}<span><strong>${words.title}.</strong> ${words.advice}<span class="failure-detail">${says && detail}</span></span>${hasQuestion(reply) && html`<button type="button" class="btn btn-sm" data-action="retry">${icon('again', 'small')}Try again</button>`}</span>`
}

/** Codes with which a reply that is followed may end; the first stands for any other. */
const endCodes: readonly ErrorCode[] = [
  'reply_failed',
  'backend_failed',
  'backend_unavailable',
  'backend_stalled',
  'backend_malformed',
  'backend_refused',
  'model_not_found',
  'internal',
]

/** The same without the detail, for the browser: it hears of a failure before the store has it. */
export const failureTemplate = (): Html =>
  html`<template id="failure-template">${endCodes.map((code) => failure({ ...blankReply, error: { code, detail: '', retryable: true } }))}</template>`
