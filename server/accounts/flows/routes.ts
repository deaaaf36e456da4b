import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { themeOf } from '../../pages/cookies.ts'
import { sendOnward } from '../../pages/onward-page.ts'
import { fieldOf } from '../../pages/request-fields.ts'
import { confirmingId } from '../confirming.ts'
import { requireUser } from '../identify.ts'
import { requireFresh } from '../permissions.ts'
import type { Provider } from '../providers/provider.ts'
import { answerOf } from '../providers/provider-answer.ts'
import { asSignInFault, SignInFault } from '../providers/sign-in-fault.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import { hashToken, isToken } from '../sessions/tokens.ts'
import { type BrowserBinding, createBrowserBinding } from './browser-binding.ts'
import { finishFlow } from './finish.ts'
import { beginFlow, endFlow, type FlowPurpose } from './flow.ts'
import { problemPath } from './problem-path.ts'
import { publicOriginOf } from './public-origin.ts'
import { returnPath } from './return-to.ts'

/** What the routes of a sign-in work with. */
export interface FlowRooms {
  readonly rooms: Rooms
  readonly cookie: SessionCookie
}

/** The form that begins linking has no fields. */
const maxFormBytes = 1024

/**
 * `GET /sign-in/:provider` sends a browser to a provider to sign in, `POST /sign-in/:provider/link` to link an account,
 * `GET /sign-in/:provider/callback` takes it back. All are navigations: what goes wrong is told on the sign-in page, whose
 * address holds no code that somebody could reload.
 *
 * Linking is begun by a form of our own alone, since the account might be somebody else's: no other site can send one
 * (`origin.ts`), and no link leads to it, be it in an answer or where a sign-in comes back to.
 */
export function registerFlows(app: FastifyInstance, flowRooms: FlowRooms): void {
  const binding = createBrowserBinding(flowRooms.rooms.config)
  const options = { exposeHeadRoute: false } as const
  type Route = { Params: { provider: string } }
  const visitOf = (request: FastifyRequest<Route>, reply: FastifyReply): FlowVisit => {
    const provider = providerOf(flowRooms, request.params.provider)
    return { ...flowRooms, binding, provider, request, reply }
  }
  app.get<Route>('/sign-in/:provider', options, async (request, reply) => {
    const visit = visitOf(request, reply)
    const purpose = signInPurpose(request)
    return telling(visit, purpose, () => begin(visit, purpose))
  })
  app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post<Route>('/sign-in/:provider/link', async (request, reply) => {
      const purpose = linkPurpose(request)
      const visit = visitOf(request, reply)
      return telling(
        visit,
        purpose,
        () => begin(visit, purpose),
        (there) => sendToLink(visit, there),
      )
    })
  })
  app.get<Route>('/sign-in/:provider/callback', options, async (request, reply) => {
    const visit = visitOf(request, reply)
    return telling(visit, { returnTo: '/' }, () => end(visit))
  })
}

/** One request on the way to a provider or back. */
interface FlowVisit extends FlowRooms {
  readonly binding: BrowserBinding
  readonly provider: Provider
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** @throws CodedError `not_found` */
export function providerOf({ rooms }: FlowRooms, slug: string): Provider {
  const provider = rooms.providers.find((one) => one.slug === slug)
  if (provider === undefined) throw new CodedError('not_found')
  return provider
}

async function begin(
  { rooms, binding, provider, request, reply }: FlowVisit,
  purpose: Omit<FlowPurpose, 'provider'>,
): Promise<URL> {
  const origin = publicOriginOf(rooms.config, request)
  if (origin === undefined) throw new SignInFault('misconfigured', 'PUBLIC_URL is not set')
  const { slug } = provider
  const redirectUri = `${origin}/sign-in/${slug}/callback`
  const begun = { ...purpose, provider: slug, redirectUri, binding: binding.ensure(request, reply) }
  const secrets = await beginFlow(rooms.store.flows, begun, Date.now())
  return provider.authorizationUrl(secrets, purpose.isAgain)
}

function signInPurpose({ user, query }: FastifyRequest): Omit<FlowPurpose, 'provider'> {
  const returnTo = returnPath(fieldOf(query, 'return_to'))
  const againAs = confirmingId(user)
  const invitation = fieldOf(query, 'invitation')
  const invited = invitation !== undefined && isToken(invitation)
  return {
    returnTo,
    linkTo: null,
    isAgain: againAs !== undefined,
    ...(againAs !== undefined && { againAs }),
    ...(invited && { invitationHash: hashToken(invitation) }),
  }
}

/** Linking asks for a fresh sign-in again at the end; nobody is sent around the world to hear it only then. */
function linkPurpose(request: FastifyRequest): Omit<FlowPurpose, 'provider'> {
  const user = requireUser(request, 'manage-account')
  requireFresh({ user, credential: request.credential }, 'manage-account')
  return { returnTo: '/account', linkTo: user.id, isAgain: true }
}

function sendToLink({ rooms, provider, request, reply }: FlowVisit, there: string): FastifyReply {
  const look = { theme: themeOf(request.headers.cookie), assets: rooms.assets }
  return sendOnward(reply, {
    ...look,
    ...{ heading: 'Link an account', mark: 'link', name: provider.name, address: there },
  })
}

async function end(visit: FlowVisit): Promise<URL | string> {
  const { rooms, binding, provider, request, reply } = visit
  const [state, bound] = [fieldOf(request.query, 'state'), binding.read(request)]
  if (state === undefined || bound === undefined)
    throw new SignInFault('expired', 'No flow is under way here')
  const flow = await endFlow(rooms.store.flows, { state, binding: bound }, Date.now())
  if (flow === undefined) throw new SignInFault('expired', 'The flow is unknown, used or too old')
  if (flow.provider !== provider.slug)
    throw new SignInFault('mixed_up', 'The answer came to the address of another provider')
  const answer = new URL(flow.redirectUri)
  answer.search = new URL(request.url, answer).search
  try {
    const finished = { flow, provider, proven: await provider.redeem(answer, flow) }
    return await finishFlow(visit, finished, request, reply)
  } catch (error) {
    return faultPath(visit, flow, error)
  }
}

/** Sends the browser on, to where `act` says or to the sign-in page with the reason why not. */
async function telling(
  visit: FlowVisit,
  wanted: Pick<FlowPurpose, 'returnTo'>,
  act: () => Promise<URL | string>,
  send = (there: string) => visit.reply.redirect(there, 303),
): Promise<FastifyReply> {
  visit.reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  try {
    return send(String(await act()))
  } catch (error) {
    return visit.reply.redirect(faultPath(visit, wanted, error), 303)
  }
}

/** The sign-in page, with the reason; from there the person still comes to where they were going. */
function faultPath(
  { provider: { slug }, request }: FlowVisit,
  { returnTo }: Pick<FlowPurpose, 'returnTo'>,
  error: unknown,
): string {
  if (error instanceof CodedError) throw error
  const fault = asSignInFault(error)
  const { kind, message } = fault
  const fields = { provider: slug, kind, reason: message, ...answerOf(fault) }
  request.log.warn(fields, 'A sign-in came to nothing')
  // Then only what would count is offered.
  return problemPath({ problem: kind, provider: slug, returnTo, isAgain: kind === 'not_fresh' })
}
