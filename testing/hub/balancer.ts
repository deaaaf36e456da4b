import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** One address for several hubs: each new connection goes to the hub that is chosen at that moment. */
export interface Balancer extends AsyncDisposable {
  /** `http://localhost:PORT`. */
  readonly origin: string
  /** New connections go to this port; the ones that are open end, as when a hub leaves. */
  choose(port: number): void
}

export async function startBalancer(): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let target: number | undefined
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((near) => {
    if (target === undefined) return void near.destroy()
    const far = connect(target, '127.0.0.1')
    keep(near)
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    choose: (port) => {
      target = port
      endAll()
    },
    [Symbol.asyncDispose]: async () => {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}
