import { Readable } from 'node:stream'
import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import { audit } from '../../accounts/audit.ts'
import { exportAccount } from '../../accounts/export/export-account.ts'
import { requireUser } from '../../accounts/identify.ts'
import { may, requireFresh } from '../../accounts/permissions.ts'
import type { Rooms } from '../../house.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { registerInvitationPage } from '../invitation-routes.ts'
import { listOf } from '../list-facts.ts'
import { fieldOf, isFragment } from '../request-fields.ts'
import { toastAlong } from '../toast.ts'
import type { Visit } from '../visit.ts'
import { visited } from '../visit.ts'
import { accountPage, cardPage, type Greeting, greetings, guestPage } from './account-page.ts'
import { askAboutGuest, takeAlong } from './change-guest.ts'
import { renameOnePasskey, showPasskeys, takePasskeyAway } from './change-passkeys.ts'
import { endOtherSessions, endSession } from './change-sessions.ts'
import { type Changed, deleteMine, makeCodes, makeKey, removeKey, rename, unlink } from './changes.ts'
import { readAccountFacts } from './facts.ts'
import { registerImport } from './import-routes.ts'
import { signOutAction, signOutOffer } from './sign-out-offer.ts'

/** Fields of a line or two. */
const maxFormBytes = 16 * 1024

/** One's own account, and what leads to one: the page, the forms on it, and the page of an invitation. */
export function registerAccountPages(app: FastifyInstance, rooms: Rooms): void {
  app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    registerInvitationPage(scope, rooms)
    registerAccount(scope, rooms)
  })
}

function registerAccount(app: FastifyInstance, rooms: Rooms): void {
  const change = (path: string, act: (rooms: Rooms, visit: Visit) => Promise<Changed>) =>
    app.post(
      path,
      visited(rooms, async (visit) => answer(visit, await act(rooms, visit)), 'manage-account'),
    )
  app.get(
    '/account',
    visited(rooms, (visit) => showAccount(rooms, visit)),
  )
  app.get(
    '/account/guest',
    visited(rooms, async (visit) => answer(visit, await askAboutGuest(rooms, visit)), 'manage-account'),
  )
  change('/account/guest', takeAlong)
  change('/account/name', rename)
  change('/account/unlink', unlink)
  app.get(
    '/account/passkeys',
    visited(rooms, async (visit) => answer(visit, await showPasskeys(rooms, visit)), 'manage-account'),
  )
  change('/account/passkeys/rename', renameOnePasskey)
  change('/account/passkeys/remove', takePasskeyAway)
  change('/account/recovery-codes', makeCodes)
  change('/account/sessions/:id/end', endSession)
  change('/account/sessions/end-others', endOtherSessions)
  change('/account/keys', makeKey)
  change('/account/keys/:id/revoke', removeKey)
  change('/account/delete', deleteMine)
  registerExport(app, rooms)
  registerImport(app, rooms)
}

async function answer(visit: Visit, { card, said, also, changedWays }: Changed): Promise<Html> {
  if (!isFragment(visit.request)) {
    const offer = changedWays !== undefined && signOutOffer(changedWays)
    return cardPage(visit.view, html`${card}${offer}`, await listOf(visit, {}))
  }
  const action = changedWays === undefined ? null : signOutAction(changedWays)
  return html`${card}${also}${said !== undefined && toastAlong(said, action)}`
}

/** A program with a key sees nothing of this page, whatever its scopes. */
async function showAccount(rooms: Rooms, visit: Visit): Promise<Html> {
  const { user, view, request } = visit
  if (request.credential?.kind === 'api-key') throw new CodedError('not_allowed')
  const list = await listOf(visit, {})
  if (!may({ user, credential: request.credential }, 'manage-account')) return guestPage(view, list)
  return accountPage(view, await readAccountFacts(rooms, visit), list, greetingOf(request.query))
}

function greetingOf(query: unknown): Greeting {
  return greetings.find((one) => fieldOf(query, one) !== undefined)
}

/** `POST`, so that no other page can have somebody's whole life land in their downloads. */
function registerExport(app: FastifyInstance, rooms: Rooms): void {
  app.post('/account/export', async (request, reply) => {
    const user = requireUser(request, 'manage-account')
    requireFresh({ user, credential: request.credential }, 'manage-account')
    const facts = { actorId: user.id, subjectId: user.id, address: request.ip }
    await audit(rooms, { act: 'account-exported', ...facts })
    const day = new Date().toISOString().slice(0, 10)
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="companions-${day}.json"`)
      .type('application/json; charset=utf-8')
      .send(Readable.from(exportAccount(rooms, user)))
  })
}
