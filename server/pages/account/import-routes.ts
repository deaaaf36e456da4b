import type { FastifyInstance } from 'fastify'
import { CodedError, errorCodes } from '../../../bus/contract/errors.ts'
import { importConversations } from '../../accounts/import/import-conversations.ts'
import { countUpload } from '../../accounts/limits/uploads.ts'
import type { Rooms } from '../../house.ts'
import { Turnstile } from '../../hub/turnstile.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { listOf } from '../list-facts.ts'
import { type Visit, visited } from '../visit.ts'
import { cardPage } from './account-page.ts'
import { signedIn } from './changes.ts'
import { type ImportResult, importSection } from './import-section.ts'
import { lengthOf, receiveForm } from './receive-form.ts'

/** Most files that one hub has in hand at once: each is in memory, several times over. Others wait unread. */
const mostAtOnce = 2

/** Where the file of an export is taken: the handler itself reads what is sent, once it knows who sends how much. */
export function registerImport(app: FastifyInstance, rooms: Rooms): void {
  const turnstile = new Turnstile<string>(mostAtOnce)
  app.get('/account/import', visited(rooms, showAccount, 'manage-account'))
  app.register(async (scope) => {
    scope.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null))
    scope.post(
      '/account/import',
      visited(rooms, (visit) => takeFile(rooms, visit, turnstile), 'manage-account'),
    )
  })
}

/** Its answer's address, which a reload and a sign-in on the way lead to. */
async function showAccount({ reply }: Visit): Promise<Html> {
  reply.code(303).header('location', '/account#import')
  return html``
}

async function takeFile(rooms: Rooms, visit: Visit, turnstile: Turnstile<string>): Promise<Html> {
  const result = await importFrom(rooms, visit, turnstile).catch((error: unknown) => refuse(visit, error))
  return cardPage(visit.view, importSection(result), await listOf(visit, {}))
}

async function importFrom(rooms: Rooms, visit: Visit, turnstile: Turnstile<string>): Promise<ImportResult> {
  const { user, request } = visit
  await countUpload(rooms, user, lengthOf(request.raw))
  const leave = await turnstile.enter(user.id)
  try {
    return await importConversations(rooms, signedIn(visit), await receiveForm(request.raw))
  } finally {
    leave()
  }
}

/** What is wrong with a file is said on the card it came from. */
function refuse({ reply }: Visit, error: unknown): ImportResult {
  if (!(error instanceof CodedError) || error.code === 'not_allowed') throw error
  const { code, detail, retryAfterMs } = error
  reply.code(errorCodes[code].status)
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
  return { problem: detail }
}
