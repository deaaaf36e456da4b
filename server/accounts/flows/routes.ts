import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../../pages/request-fields.ts'
import { isFresh } from '../permissions.ts'
import type { Provider } from '../providers/provider.ts'
import { asSignInFault, SignInFault } from '../providers/sign-in-fault.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import { hashToken, isToken } from '../sessions/tokens.ts'
import { type BrowserBinding, createBrowserBinding } from './browser-binding.ts'
import { finishFlow } from './finish.ts'
import { beginFlow, endFlow, type FlowPurpose } from './flow.ts'
import { isFromOwnPage } from './own-page.ts'
import { publicOriginOf } from './public-origin.ts'
import { returnPath } from './return-to.ts'

/** What the routes of a sign-in work with. */
export interface FlowRooms {
  readonly rooms: Rooms
  readonly cookie: SessionCookie
}

/**
 * `GET /sign-in/:provider` sends a browser to a provider, `GET /sign-in/:provider/callback` takes it back. Both are
 * navigations: what goes wrong is told on the sign-in page, whose address holds no code that somebody could reload.
 */
export function registerFlows(app: FastifyInstance, flowRooms: FlowRooms): void {
  const binding = createBrowserBinding(flowRooms.rooms.config)
  const options = { exposeHeadRoute: false } as const
  type Route = { Params: { provider: string } }
  app.get<Route>('/sign-in/:provider', options, async (request, reply) => {
    const provider = providerOf(flowRooms, request.params.provider)
    return telling(request, reply, provider, () => begin(flowRooms, binding, provider, request, reply))
  })
  app.get<Route>('/sign-in/:provider/callback', options, async (request, reply) => {
    const provider = providerOf(flowRooms, request.params.provider)
    return telling(request, reply, provider, () => end(flowRooms, binding, provider, request, reply))
  })
}

/** @throws CodedError `not_found` */
export function providerOf({ rooms }: FlowRooms, slug: string): Provider {
  const provider = rooms.providers.find((one) => one.slug === slug)
  if (provider === undefined) throw new CodedError('not_found')
  return provider
}

async function begin(
  { rooms }: FlowRooms,
  binding: BrowserBinding,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<URL> {
  const origin = publicOriginOf(rooms.config, request)
  if (origin === undefined) throw new SignInFault('misconfigured', 'PUBLIC_URL is not set')
  const purpose = purposeOf(provider, request)
  const secrets = await beginFlow(
    rooms.store.flows,
    {
      ...purpose,
      redirectUri: `${origin}/sign-in/${provider.slug}/callback`,
      binding: binding.ensure(request, reply),
    },
    Date.now(),
  )
  return provider.authorizationUrl(secrets, purpose.isAgain)
}

/** Another site may send a browser here to sign in, but not to link an account: that might be the other site's own. */
function purposeOf({ slug }: Provider, request: FastifyRequest): FlowPurpose {
  const returnTo = returnPath(fieldOf(request.query, 'return_to'))
  const isMember = request.user !== null && request.user.kind !== 'guest'
  if (fieldOf(request.query, 'intent') !== 'link') {
    const invitation = fieldOf(request.query, 'invitation')
    const invited = invitation !== undefined &&
      isToken(invitation) && { invitationHash: hashToken(invitation) }
    return { provider: slug, returnTo, linkTo: null, isAgain: isMember, ...invited }
  }
  if (request.user === null || request.user.kind === 'guest') throw new CodedError('not_signed_in')
  if (!isFromOwnPage(request)) throw new CodedError('origin_refused')
  // Linking asks again at the end; nobody is sent around the world to hear it only then.
  if (!isFresh(request.credential, Date.now()))
    throw new CodedError(
      'not_allowed',
      'Confirm that it’s you first, on your account page opened anew: this changes who can get in.',
    )
  return { provider: slug, returnTo, linkTo: request.user.id, isAgain: true }
}

async function end(
  flowRooms: FlowRooms,
  binding: BrowserBinding,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<URL | string> {
  const [state, bound] = [fieldOf(request.query, 'state'), binding.read(request)]
  if (state === undefined || bound === undefined)
    throw new SignInFault('expired', 'No flow is under way here')
  const flow = await endFlow(flowRooms.rooms.store.flows, { state, binding: bound }, Date.now())
  if (flow === undefined) throw new SignInFault('expired', 'The flow is unknown, used or too old')
  if (flow.provider !== provider.slug)
    throw new SignInFault('mixed_up', 'The answer came to the address of another provider')
  const answer = new URL(flow.redirectUri)
  answer.search = new URL(request.url, answer).search
  return finishFlow(
    flowRooms,
    { flow, provider, proven: await provider.redeem(answer, flow) },
    request,
    reply,
  )
}

/** Sends the browser on, to where `act` says or to the sign-in page with the reason why not. */
async function telling(
  request: FastifyRequest,
  reply: FastifyReply,
  { slug }: Provider,
  act: () => Promise<URL | string>,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  try {
    return reply.redirect(String(await act()), 303)
  } catch (error) {
    if (error instanceof CodedError) throw error
    const { kind, message } = asSignInFault(error)
    request.log.warn({ provider: slug, kind, reason: message }, 'A sign-in came to nothing')
    // Then only what would count is offered.
    const again = kind === 'not_fresh' ? 'again=1&' : ''
    return reply.redirect(`/sign-in?${again}problem=${kind}&provider=${slug}`, 303)
  }
}
