import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { type Leave, Turnstile } from './turnstile.ts'

/**
 * Most sockets on their way in at once. When another hub dies, all of its browsers come in one moment; taken so many
 * at a time, they leave turns of the event loop, and of the store, to those who are served already.
 */
export const mostHandshakes = 16

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends its stay among the sockets on their way in. */
    leaveHandshake: Leave | null
  }
}

/**
 * Lets sockets in one after the other, in the order they came. To be registered before anything that asks the store.
 *
 * @param mostWaiting those past it are sent away with `too_many_connections`.
 */
export function registerHandshakes(app: FastifyInstance, mostWaiting: number): void {
  const turnstile = new Turnstile<Socket>(mostHandshakes)
  let waiting = 0
  app.decorateRequest('leaveHandshake', null)
  app.addHook('onRequest', async (request) => {
    if (request.headers.upgrade === undefined) return
    if (waiting >= mostWaiting) throw new CodedError('too_many_connections')
    const { socket } = request.raw
    waiting += 1
    const leave = await turnstile.enter(socket)
    waiting -= 1
    request.leaveHandshake = leave
    // It may have gone while it waited, and nothing more would be heard of it.
    if (socket.destroyed) endHandshake(request)
    else socket.once('close', leave)
  })
  app.addHook('onResponse', async (request) => endHandshake(request))
}

/** Its place is free from the next turn of the event loop on, so that no turn has more of them than places. */
export function endHandshake(request: FastifyRequest): void {
  const leave = request.leaveHandshake
  if (leave === null) return
  request.leaveHandshake = null
  request.raw.socket.off('close', leave)
  setImmediate(leave)
}
