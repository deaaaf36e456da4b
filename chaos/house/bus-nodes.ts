import { randomBytes } from 'node:crypto'
import { findFreePort } from '../../testing/servers/free-port.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { type Link, openLink } from '../links/link.ts'
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
  /** The ways between one server of a cluster and the others, both ways. */
  routesOf(node: NatsServer): readonly Link[]
  /** All of them end and lose everything they held. */
  wipe(): Promise<void>
}

export async function startBusNodes(count: 1 | 3): Promise<BusNodes> {
  const token = randomBytes(16).toString('hex')
  const ports = await Promise.all(Array.from({ length: count }, () => findFreePort()))
  const routes = await openRoutes(ports)
  const starts = ports.map((port, index) =>
    startNatsServer({ token, ...(count > 1 && { configuration: clusterLines(port, index, routes) }) }),
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
    routesOf: (node) => {
      const at = nodes.indexOf(node)
      return routes.filter(({ from, to }) => from === at || to === at).map(({ link }) => link)
    },
    wipe: async () => {
      await all((node) => node.kill())
      await all((node) => node.restart({ wipe: true }))
    },
    [Symbol.asyncDispose]: async () => {
      await disk?.unmount()
      await all((node) => node.stop())
      await Promise.all(routes.map(({ link }) => link[Symbol.asyncDispose]()))
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

/** A way from each server of a cluster to each other one. */
interface Route {
  readonly from: number
  readonly to: number
  readonly link: Link
}

const openRoutes = (ports: readonly number[]): Promise<Route[]> =>
  Promise.all(
    ports.flatMap((_, from) =>
      ports.flatMap((port, to) =>
        from === to ? [] : [openLink(port).then((link): Route => ({ from, to, link }))],
      ),
    ),
  )

/**
 * A later `server_name` goes before the one of the shared configuration. Servers tell each other where they all are;
 * what they advertise leads nowhere, so that these routes are the only ways between them.
 */
function clusterLines(port: number, index: number, routes: readonly Route[]): string {
  const others = routes
    .filter(({ from }) => from === index)
    .map(({ link }) => `"nats://127.0.0.1:${link.port}"`)
  return `server_name: "node-${index}"
cluster { name: "chaos", listen: "127.0.0.1:${port}", advertise: "127.0.0.1:1", routes: [${others.join(', ')}] }`
}
