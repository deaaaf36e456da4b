import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { House } from '../house.ts'
import { registerChat } from './chat-routes.ts'
import { registerConversations } from './conversation-routes.ts'
import { registerSettings } from './settings-routes.ts'
import { registerSignInPage } from './sign-in-routes.ts'
import { registerSurroundings } from './surroundings-routes.ts'

/** Largest form, in bytes: a system prompt of 16,000 characters, each of which a form may write with nine bytes. */
const maxFormBytes = 256 * 1024

/** Every page and every piece of one. Handlers rely on `request.user`; a stranger is shown the way in. */
export function registerPages(app: FastifyInstance, house: House): void {
  app.register(async (pages) => {
    if (!pages.hasContentTypeParser('application/x-www-form-urlencoded')) {
      await pages.register(formbody, { bodyLimit: maxFormBytes })
    }
    registerChat(pages, house)
    registerConversations(pages, house)
    registerSettings(pages, house)
    registerSignInPage(pages, house)
    registerSurroundings(pages, house)
  })
}
