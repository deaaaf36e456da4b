import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import type { HubConfig } from './config.ts'

/**
 * Connections that may wait to be accepted; the kernel may allow fewer (net.core.somaxconn, 4,096). With Node's 511 most
 * of a crowd that lost another hub was dropped, and then waited for retransmissions.
 */
const backlog = 4_096

/** Listens where the settings say. @returns as `http://host:port`. @throws what `listen` throws. */
export async function listen(fastify: FastifyInstance, config: HubConfig): Promise<string> {
  const { host, port, listenFd } = config
  if (listenFd !== undefined) return listenAt(fastify, listenFd)
  // Fastify would announce each address in words of its own; who starts the app says where it listens.
  const { level } = fastify.log
  fastify.log.level = 'silent'
  try {
    return await fastify.listen({ host, port, backlog })
  } finally {
    fastify.log.level = level
  }
}

/** Fastify has no way to pass on the backlog for a descriptor. */
async function listenAt(fastify: FastifyInstance, fd: number): Promise<string> {
  await fastify.ready()
  const { server } = fastify
  server.listen({ fd }, backlog)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`Descriptor ${fd} is no TCP socket`)
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
