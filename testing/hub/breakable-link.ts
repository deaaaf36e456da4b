import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP way to another port that can be broken and mended, while both ends live on. */
export interface BreakableLink extends AsyncDisposable {
  readonly port: number
  /** Ends all connections and takes no new ones. */
  break(): void
  mend(): void
}

export async function startBreakableLink(targetPort: number): Promise<BreakableLink> {
  const sockets = new Set<Socket>()
  let broken = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((near) => {
    if (broken) return void near.destroy()
    const far = connect(targetPort, '127.0.0.1')
    keep(near)
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const breakAll = () => {
    broken = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    break: breakAll,
    mend: () => {
      broken = false
    },
    [Symbol.asyncDispose]: async () => {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
