import { Server as SocketServer } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The HTTP side of a hub that is about to go. */
export interface LastRequests {
  /** Whether it goes; requests that still come are answered, each as the last of its connection. */
  isLeaving(): boolean
  /** From now on it goes. Where others listen at the same socket, it takes no new connection from there. */
  leave(): void
  /** Resolves when no connection is left, or `graceMs` milliseconds are over; then the rest is broken off. */
  finish(graceMs: number): Promise<void>
}

/**
 * A connection that is kept open may bring its next request at the moment it is closed, and that one would fail. Those
 * used within this time are told to close by an answer, since there is another hub to come back to; in milliseconds.
 */
const lingerMs = 1_000

/** @param sharesSocket whether other processes listen at the socket this hub listens at. */
export function watchLastRequests(fastify: FastifyInstance, sharesSocket: boolean): LastRequests {
  const { server } = fastify
  let leaving = false
  fastify.addHook('onSend', async (_request, reply) => {
    if (leaving) reply.header('connection', 'close')
  })
  return {
    isLeaving: () => leaving,
    leave: () => {
      leaving = true
      // That of an HTTP server would close idle connections too.
      if (sharesSocket && server.listening) SocketServer.prototype.close.call(server)
    },
    finish: async (graceMs) => {
      const allClosed = new Promise<void>((resolve) => server.once('close', resolve))
      const beginMs = performance.now()
      if (sharesSocket) await within(Math.min(lingerMs, graceMs), allClosed)
      server.close()
      await within(graceMs - (performance.now() - beginMs), allClosed)
      server.closeAllConnections()
    },
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, Math.max(0, ms))
  await Promise.race([work, timeout.promise])
  clearTimeout(timer)
}
