import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { usableInvitation } from '../accounts/passkeys/invited.ts'
import type { Rooms } from '../house.ts'
import { canUsePasskeys } from './account/facts.ts'
import { themeOf } from './cookies.ts'
import { invitationPage } from './invitation-page.ts'

/** `GET /invitation/:token`: the page behind an invitation's link. Looking at it uses nothing up. */
export function registerInvitationPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<{ Params: { token: string } }>('/invitation/:token', async (request, reply) => {
    const { token } = request.params
    reply.header('cache-control', 'no-store').header('referrer-policy', 'same-origin')
    if ((await usableInvitation(rooms, token)) === undefined)
      throw new CodedError('not_found', 'This invitation was used, is too old, or was taken back.')
    const { user } = request
    const page = invitationPage({
      ...{ token, theme: themeOf(request.headers.cookie), assets: rooms.assets, providers: rooms.providers },
      hasPasskeys: canUsePasskeys(rooms, request),
      ...(user !== null && user.kind !== 'guest' && { signedInAs: user.name }),
    })
    return reply.type('text/html; charset=utf-8').header('vary', 'Cookie').send(page.toString())
  })
}
