import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { isUuid, uuidv7 } from '../../bus/contract/ids.ts'
import type { House } from '../house.ts'
import { freshGreetingMs } from '../store/greeting.ts'
import { canCallSoon, modelsSoon } from './answers-soon.ts'
import type { ChatFacts } from './chat-page.ts'
import { chatFragment, chatPage } from './chat-page.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { listOf } from './list-facts.ts'
import { fieldOf, isFragment } from './request-fields.ts'
import type { TurnView } from './turn.ts'
import { turn, turns } from './turn.ts'
import type { Visit } from './visit.ts'
import { idOf, visited } from './visit.ts'

/** Messages a page begins with, and brings at each "Show earlier messages". */
const messagesPerPage = 60

/** The room: a new conversation, one that exists, and the pieces of its thread. */
export function registerChat(app: FastifyInstance, house: House): void {
  app.get('/', visited(house, showNew))
  app.get('/c/:id', visited(house, showConversation))
  app.get('/fragments/c/:id/thread', visited(house, showThread))
  app.get('/fragments/c/:id/messages/:messageId', visited(house, showTurn))
  app.post('/c/:id/branch', visited(house, chooseBranch))
}

/** Who opens the house soon after the companion greeted them is led there; who asks for a new conversation gets one. */
async function showNew(visit: Visit): Promise<Html> {
  const greeting = isFragment(visit.request) ? undefined : await freshGreeting(visit)
  if (greeting !== undefined) {
    visit.reply.code(303).header('location', `/c/${greeting}`)
    return html``
  }
  return show(visit, await newChat(visit))
}

const freshGreeting = async ({ house, user }: Visit): Promise<string | undefined> =>
  house.config.greetAfterMs > 0
    ? house.store.conversations.findGreeting(user.id, Date.now() - freshGreetingMs)
    : undefined

/** A conversation that begins with the first message under this id. */
export async function newChat({ house, user }: Visit): Promise<ChatFacts> {
  const conversationId = uuidv7()
  const [models, canCall] = await Promise.all([modelsSoon(house), canCallSoon(house, user)])
  return {
    conversationId,
    isNew: true,
    title: '',
    leafId: null,
    thread: undefined,
    choice: { models, selected: '', conversationId },
    canCall,
  }
}

const showConversation = async (visit: Visit): Promise<Html> => show(visit, await chatOf(visit, idOf(visit)))

/** A conversation that exists. @throws CodedError `not_found`. */
export async function chatOf({ house, user, view }: Visit, id: string): Promise<ChatFacts> {
  const { conversations } = house.store
  const [conversation, path, models, canCall] = await Promise.all([
    conversations.find(user.id, id),
    conversations.path(user.id, id, { limit: messagesPerPage }),
    modelsSoon(house),
    canCallSoon(house, user),
  ])
  if (!conversation || !path) throw new CodedError('not_found', 'There is no such conversation')
  return {
    conversationId: id,
    isNew: false,
    title: conversation.title,
    leafId: conversation.activeLeafId,
    thread: path.items.length > 0 ? await turns(path.items, path.next, turnView(view, id)) : undefined,
    choice: { models, selected: conversation.model ?? '', conversationId: id },
    canCall,
  }
}

async function show(visit: Visit, facts: ChatFacts): Promise<Html> {
  if (isFragment(visit.request)) return chatFragment(visit.view, facts)
  return chatPage(visit.view, facts, await listOf(visit, { activeId: facts.conversationId }))
}

async function showThread(visit: Visit): Promise<Html> {
  const before = fieldOf(visit.request.query, 'before')
  return threadOf(visit, idOf(visit), before)
}

async function threadOf({ house, user, view }: Visit, id: string, before: string | undefined): Promise<Html> {
  const page = before === undefined ? { limit: messagesPerPage } : { limit: messagesPerPage, before }
  const path = await house.store.conversations.path(user.id, id, page)
  if (!path) throw new CodedError('not_found', 'There is no such conversation')
  return turns(path.items, path.next, turnView(view, id))
}

async function showTurn(visit: Visit): Promise<Html> {
  const { house, user, view } = visit
  const id = idOf(visit)
  const message = await house.store.conversations.message(user.id, id, idOf(visit, 'messageId'))
  if (!message) throw new CodedError('not_found', 'There is no such message')
  return html`${turn(message, turnView(view, id))}`
}

/** Follows the newest path through a message; the header tells the browser where it ends. */
async function chooseBranch(visit: Visit): Promise<Html> {
  const { house, user, request, reply } = visit
  const id = idOf(visit)
  const messageId = fieldOf(request.body, 'message_id')
  if (!isUuid(messageId)) throw new CodedError('not_found', 'There is no such message')
  const found = await house.store.conversations.selectBranch(user.id, id, messageId)
  if (!found) throw new CodedError('not_found', 'There is no such message')
  const conversation = await house.store.conversations.find(user.id, id)
  reply.header('x-leaf-id', conversation?.activeLeafId ?? '')
  return threadOf(visit, id, undefined)
}

const turnView = (view: Visit['view'], conversationId: string): TurnView => ({
  userId: view.user.id,
  conversationId,
  companionName: view.companion.name,
  clock: view.clock,
})
