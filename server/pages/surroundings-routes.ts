import type { FastifyInstance } from 'fastify'
import { maxModelNameLength } from '../../bus/contract/limits.ts'
import type { House } from '../house.ts'
import { modelsSoon } from './answers-soon.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { modelsAnew } from './models-menu.ts'
import { fieldOf } from './request-fields.ts'
import { versionText } from './version-pill.ts'
import type { Visit } from './visit.ts'
import { visited } from './visit.ts'

/** What stands around the room and changes by itself: the models there are, and the version that answers. */
export function registerSurroundings(app: FastifyInstance, house: House): void {
  app.get('/fragments/models', visited(house, showModels))
  app.get('/fragments/version', visited(house, showVersion))
}

/** Where nobody answers soon, or no worker is there to ask, the page keeps what it shows: that still is to be had then. */
async function showModels({ house, user, request, reply }: Visit): Promise<Html> {
  const selected = fieldOf(request.query, 'selected') ?? fieldOf(request.query, 'model') ?? ''
  const models = await modelsSoon(house)
  if (models === undefined || models.backends.length === 0) {
    reply.code(204)
    return html``
  }
  return modelsAnew(models, selected.slice(0, maxModelNameLength), user)
}

async function showVersion({ house, request }: Visit): Promise<Html> {
  return html`${versionText(house.version, fieldOf(request.query, 'shown') ?? '')}`
}
