import { randomBytes } from 'node:crypto'
import { findFreePort } from '../../testing/servers/free-port.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

/** One nats-server, or a cluster of three. */
export interface BusNodes extends AsyncDisposable {
  readonly nodes: readonly NatsServer[]
  readonly token: string
  /** `nats://TOKEN@…` of the servers themselves, for who looks on. */
  readonly url: string
  /** A fault has it in hand. */
  busy: boolean
  /** Of a single server, a disk of its own that can be filled; undefined where none may be mounted. */
  readonly disk: SmallDisk | undefined
  /** All of them end and lose everything they held. */
  wipe(): Promise<void>
}

export async function startBusNodes(count: 1 | 3): Promise<BusNodes> {
  const token = randomBytes(16).toString('hex')
  const routes = await Promise.all(Array.from({ length: count }, () => findFreePort()))
  const starts = routes.map((_, index) =>
    startNatsServer({ token, ...(count > 1 && { configuration: clusterLines(routes, index) }) }),
  )
  const nodes = await Promise.all(starts)
  const all = <Result>(act: (node: NatsServer) => Promise<Result>) => Promise.all(nodes.map(act))
  const [only] = nodes
  const disk = count === 1 && only ? await moveToSmallDisk(only) : undefined
  return {
    nodes,
    token,
    url: nodes.map(({ url }) => url).join(','),
    busy: false,
    disk,
    wipe: async () => {
      await all((node) => node.kill())
      await all((node) => node.restart({ wipe: true }))
    },
    [Symbol.asyncDispose]: async () => {
      await disk?.unmount()
      await all((node) => node.stop())
    },
  }
}

/** Takes its folder while it is down; it makes its files there anew. */
async function moveToSmallDisk(node: NatsServer): Promise<SmallDisk | undefined> {
  await node.kill()
  const disk = await mountSmallDisk(node.dataDir, 96)
  await node.restart()
  return disk
}

/** A later `server_name` goes before the one of the shared configuration. */
function clusterLines(routes: readonly number[], index: number): string {
  const others = routes.filter((_, other) => other !== index).map((port) => `"nats://127.0.0.1:${port}"`)
  return `server_name: "node-${index}"
cluster { name: "chaos", listen: "127.0.0.1:${routes[index]}", routes: [${others.join(', ')}] }`
}
