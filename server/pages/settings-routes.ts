import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import type { House } from '../house.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { readSettings } from './read-settings.ts'
import { fieldOf } from './request-fields.ts'
import { settingsForm } from './settings-dialog.ts'
import { toastAlong } from './toast.ts'
import type { Visit } from './visit.ts'
import { idOf, visited } from './visit.ts'

/** How a conversation is answered: its system prompt, temperature, length, and model. */
export function registerSettings(app: FastifyInstance, house: House): void {
  app.get('/c/:id/settings', visited(house, showSettings))
  app.post('/c/:id/settings', visited(house, saveSettings))
}

async function showSettings(visit: Visit): Promise<Html> {
  const conversation = await visit.house.store.conversations.find(visit.user.id, idOf(visit))
  if (!conversation) throw noConversation()
  return settingsForm(conversation)
}

/** Takes the whole form (`all` is set), or single fields, as the choice of a model sends them. */
async function saveSettings(visit: Visit): Promise<Html> {
  const { house, user, request, reply } = visit
  const id = idOf(visit)
  const read = readSettings(request.body)
  if ('problem' in read) return refuse(visit, id, read.problem)
  if (!(await house.store.conversations.update(user.id, id, read.patch))) throw noConversation()
  house.notify(user.id, { kind: 'changed', conversation_id: id })
  if (fieldOf(request.body, 'all') === undefined) {
    reply.code(204)
    return html``
  }
  reply.header('hx-trigger', 'companions:settings-saved')
  return html`<p class="sheet-note">Saved.</p>${toastAlong('Saved. It holds from the next answer on.')}`
}

async function refuse({ house, user, reply, request }: Visit, id: string, problem: string): Promise<Html> {
  const conversation = await house.store.conversations.find(user.id, id)
  if (!conversation) throw noConversation()
  reply.code(422)
  const systemPrompt = fieldOf(request.body, 'system_prompt') ?? conversation.systemPrompt
  return settingsForm({ ...conversation, systemPrompt }, problem)
}

const noConversation = (): CodedError => new CodedError('not_found', 'There is no such conversation')
