import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { maxTitleLength } from '../../bus/contract/limits.ts'
import { wellFormed, withoutControls } from '../../bus/contract/text.ts'
import type { House } from '../house.ts'
import type { Conversation } from '../store/store.ts'
import { chatFragment } from './chat-page.ts'
import { chatOf, newChat } from './chat-routes.ts'
import type { ListFacts } from './conversation-list.ts'
import { conversationList } from './conversation-list.ts'
import { conversationRow, renameRow } from './conversation-row.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { listOf } from './list-facts.ts'
import { renderedReplies } from './rendered-replies.ts'
import { activeIdOf, fieldOf } from './request-fields.ts'
import { toastAlong, undoDelete } from './toast.ts'
import type { Visit } from './visit.ts'
import { idOf, visited } from './visit.ts'

/** The list beside the room, and what can be done to its rows. */
export function registerConversations(app: FastifyInstance, house: House): void {
  app.get('/fragments/conversations', visited(house, showList))
  app.get('/fragments/c/:id/row', visited(house, showRow))
  app.get('/fragments/c/:id/title', visited(house, showRename))
  app.post('/c/:id/title', visited(house, rename))
  app.delete('/c/:id', visited(house, remove))
  app.post('/c/:id/restore', visited(house, restore))
}

const showList = async (visit: Visit): Promise<Html> => list(visit, visit.request.query)

async function list(visit: Visit, from: unknown, known: Partial<ListFacts> = {}): Promise<Html> {
  const facts = await listOf(visit, { query: fieldOf(from, 'q'), shown: fieldOf(from, 'shown') })
  return conversationList({ ...facts, ...known }, visit.view.clock)
}

async function showRow(visit: Visit): Promise<Html> {
  return rowOf(visit, await conversationOf(visit))
}

async function rowOf(visit: Visit, { id, title }: Pick<Conversation, 'id' | 'title'>): Promise<Html> {
  const open = await visit.house.store.conversations.openRequests(visit.user.id, id)
  return conversationRow(
    { id, title, running: open.length > 0 },
    { activeId: activeIdOf(visit.request), query: '' },
  )
}

async function showRename(visit: Visit): Promise<Html> {
  return renameRow(await conversationOf(visit))
}

async function rename(visit: Visit): Promise<Html> {
  const { house, user, request, reply } = visit
  const id = idOf(visit)
  const title = withoutControls(wellFormed(fieldOf(request.body, 'title') ?? ''))
    .replace(/\s+/g, ' ')
    .trim()
  const problem = titleProblem(title)
  if (problem !== '') {
    const { title: kept } = await conversationOf(visit)
    reply.code(422)
    return renameRow({ id, title: title === '' ? kept : title }, problem)
  }
  if (!(await house.store.conversations.update(user.id, id, { title }))) throw noConversation()
  house.notify(user.id, { kind: 'changed', conversation_id: id })
  const row = await rowOf(visit, { id, title })
  return activeIdOf(visit.request) === id ? html`<title>${title} · Companions</title>${row}` : row
}

function titleProblem(title: string): string {
  if (title === '') return 'A title needs at least one letter.'
  return title.length > maxTitleLength ? `A title has at most ${maxTitleLength} letters.` : ''
}

/** Deletes, offers the way back, and leaves a room that is no more for a new conversation. */
async function remove(visit: Visit): Promise<Html> {
  const { house, user, request, view } = visit
  const { id, title } = await conversationOf(visit)
  if (!(await house.store.conversations.delete(user.id, id, Date.now()))) throw noConversation()
  renderedReplies.forget(id)
  house.notify(user.id, { kind: 'changed', conversation_id: id })
  const wasOpen = activeIdOf(request) === id
  const rest = await list(visit, request.query, wasOpen ? { activeId: undefined } : {})
  const said = toastAlong(`Deleted “${title}”.`, undoDelete(id, wasOpen))
  if (!wasOpen) return html`${rest}${said}`
  return html`${rest}${said}${enter(visit, '/', chatFragment(view, await newChat(visit)))}`
}

/** Brings the conversation back, and whoever was in it and has gone nowhere else since. */
async function restore(visit: Visit): Promise<Html> {
  const { house, user, request, view } = visit
  const id = idOf(visit)
  if (!(await house.store.conversations.restore(user.id, id))) throw noConversation()
  house.notify(user.id, { kind: 'changed', conversation_id: id })
  const goesBack = fieldOf(request.query, 'open') === 'true' && activeIdOf(request) === undefined
  const rest = await list(visit, request.body, goesBack ? { activeId: id } : {})
  if (!goesBack) return rest
  return html`${rest}${enter(visit, `/c/${id}`, chatFragment(view, await chatOf(visit, id)))}`
}

/** Puts another room in the place of the one that is open, under its address. */
function enter({ reply }: Visit, address: string, room: Html): Html {
  reply.header('hx-push-url', address)
  return html`<hx-partial hx-target="#chat" hx-swap="outerHTML settle:0">${room}</hx-partial>`
}

async function conversationOf(visit: Visit): Promise<Conversation> {
  const conversation = await visit.house.store.conversations.find(visit.user.id, idOf(visit))
  if (!conversation) throw noConversation()
  return conversation
}

const noConversation = (): CodedError => new CodedError('not_found', 'There is no such conversation')
