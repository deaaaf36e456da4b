import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../../pages/request-fields.ts'
import { audit } from '../audit.ts'
import { backChannelLogoutPath, countAttempt } from '../limits/attempts.ts'
import type { LogoutNotice, ProviderLogout } from '../providers/provider.ts'
import { asSignInFault } from '../providers/sign-in-fault.ts'
import { hashToken } from '../sessions/tokens.ts'
import { type FlowRooms, providerOf } from './routes.ts'

/** A logout token is a signed list of a few names. */
const maxFormBytes = 32 * 1024

/**
 * `POST /sign-in/:provider/back-channel-logout` ends the sessions that a provider has signed out (OpenID Connect
 * Back-Channel Logout 1.0, section 2.5). A token counts once.
 */
export function registerBackChannelLogout(app: FastifyInstance, flowRooms: FlowRooms): void {
  app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post<{ Params: { provider: string } }>(backChannelLogoutPath, async (request, reply) => {
      const { logout } = providerOf(flowRooms, request.params.provider)
      if (logout === undefined) throw new CodedError('not_found')
      const notice = await readNotice(flowRooms.rooms, logout, request)
      await endOnce(flowRooms.rooms, notice)
      return reply.header('cache-control', 'no-store').send()
    })
  })
}

/** Only what is refused is counted, so that nobody's nonsense keeps a provider from being heard. */
async function readNotice(
  rooms: Rooms,
  logout: ProviderLogout,
  request: FastifyRequest,
): Promise<LogoutNotice> {
  const token = fieldOf(request.body, 'logout_token')
  if (token === undefined) {
    await countAttempt(rooms, request.ip)
    throw new CodedError('request_invalid', 'There is no logout token.')
  }
  return logout.readLogoutToken(token).catch(async (error: unknown) => {
    await countAttempt(rooms, request.ip)
    request.log.warn({ reason: asSignInFault(error).message }, 'A logout token is refused')
    throw new CodedError('request_invalid', 'The logout token is not valid.')
  })
}

/** Notes the token's id before anything ends; where that then fails, the provider may send the token again. */
async function endOnce(rooms: Rooms, notice: LogoutNotice): Promise<void> {
  const { issuer, tokenId, expiresAt, ...whose } = notice
  const { flows, sessions } = rooms.store
  const key = hashToken(`logout ${issuer} ${tokenId}`)
  const now = Date.now()
  const isNew = await flows.create({ stateHash: key, bindingHash: key, json: '{}', expiresAt }, now)
  if (!isNew) throw new CodedError('request_invalid', 'The logout token was used before.')
  try {
    const ended = await sessions.endOfIdentity({ issuer, ...whose }, now)
    rooms.access.changed()
    if (ended > 0) await audit(rooms, { act: 'session-ended', facts: { issuer, ended } })
  } catch (error) {
    await flows.take(key, key, now)
    throw error
  }
}
