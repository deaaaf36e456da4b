import type { ServerResponse } from 'node:http'
import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { maxFrameBytes } from '../../bus/contract/limits.ts'
import { socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import { hasKeyAlone } from '../accounts/keys/use-key.ts'
import type { OriginPolicy } from '../accounts/origin.ts'
import { endHandshake } from './handshakes.ts'
import type { Hub } from './hub.ts'

/**
 * Lets requests ask for an upgrade. It has to know of one before any hook can refuse it: only then it ends the
 * connection with the refusal, which nobody else would.
 */
export function registerUpgrades(app: FastifyInstance): void {
  app.register(websocket, {
    options: {
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      clientTracking: false,
      // A browser that is offered nothing it knows could not be told why; `admit` tells it.
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : firstOf(offered)),
    },
    // The hub has closed its sockets by then.
    preClose: (done) => done(),
  })
}

/** `GET /ws`: refuses pages that are not ours before the upgrade, then hands the socket to the hub. */
export function registerSocket(app: FastifyInstance, hub: Hub, isOurs: OriginPolicy): void {
  app.decorateRequest('upgradeResponse', null)
  app.register(async (scope) => {
    const onRequest = [refuseStrangers(isOurs), keepResponse]
    scope.get(socketPath, { websocket: true, onRequest }, (socket, request) => {
      // The plugin's listener and the response that upgraded would each keep the whole request alive.
      socket.removeAllListeners('error')
      request.upgradeResponse?.detachSocket(request.raw.socket)
      hub.admit({ socket, user: request.user, credential: request.credential })
      endHandshake(request)
    })
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a request that becomes a socket: what holds that socket until it is detached. */
    upgradeResponse: ServerResponse | null
  }
}

async function keepResponse(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.ws) request.upgradeResponse = reply.raw
}

/** A page from elsewhere could else speak with the person's cookie: browsers let any page open a WebSocket anywhere. */
function refuseStrangers(isOurs: OriginPolicy) {
  return async (request: FastifyRequest) => {
    if (!hasKeyAlone(request) && !isOurs(request.headers)) throw new CodedError('origin_refused')
  }
}

const firstOf = (offered: Set<string>): string | false => [...offered][0] ?? false
