import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'nats'
import { WebSocketServer } from 'ws'
import { readAddress } from '../../bus/nats/address.ts'
import { answerParent } from './child.ts'

/** The bare relay's second half: passes what is published on a socket's subject to that socket, and nothing else. */
const abilities = {
  listen: async (natsUrl: string) => {
    const connection = await connect(readAddress(natsUrl))
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
    server.on('connection', (socket, { url = '' }) => {
      const callback = (_error: unknown, { data }: { data: Uint8Array }) => socket.send(data)
      const subscription = connection.subscribe(url.slice(1), { callback })
      socket.on('error', () => undefined).on('close', () => subscription.unsubscribe())
    })
    await once(server, 'listening')
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
}
export type BareSockets = typeof abilities

answerParent(abilities)
