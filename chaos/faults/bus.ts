import type { NatsServer } from '../../testing/servers/nats-server.ts'
import { type Fault, pastAckWaitMs, pause, type Scene, withFree } from './fault.ts'

/** A server that lost its data gets it from the others within this time, in milliseconds: until then no other is struck. */
const copiedWithinMs = 8_000

/** The bus, which dies, stands still, is parted, or loses what it had. */
export const busFaults: readonly Fault[] = [
  onBus('bus killed', async (scene, node) => {
    await node.kill()
    await pause(scene.random.between(50, 2_500))
    await node.restart()
  }),
  onBus('bus restarted', (_scene, node) => node.restart()),
  onBus('bus frozen', async (scene, node) => {
    process.kill(node.pid, 'SIGSTOP')
    await pause(scene.random.between(500, 7_000))
    process.kill(node.pid, 'SIGCONT')
  }),
  {
    kind: 'bus loses its data',
    run: (scene) => withFree(scene, [scene.house.bus], ({ wipe }) => wipe()),
  },
  {
    kind: 'bus loses its majority',
    fits: ({ bus }) => bus === 3,
    run: (scene) =>
      withFree(scene, [scene.house.bus], async ({ nodes }) => {
        const lost = scene.random.shuffled(nodes).slice(0, 2)
        await Promise.all(lost.map((node) => node.kill()))
        await pause(scene.random.between(500, 4_000))
        await Promise.all(lost.map((node) => node.restart()))
      }),
  },
  inCluster('one server of the bus loses its data', async ({ house, random }) => {
    const node = random.pick(house.bus.nodes)
    await node.kill()
    await pause(random.between(50, 2_000))
    await node.restart({ wipe: true })
    await pause(copiedWithinMs)
  }),
  inCluster('one server of the bus is parted from the others', async ({ house, random }) => {
    const routes = house.bus.routesOf(random.pick(house.bus.nodes))
    // Some partings are told by a reset, others by nothing.
    const isTold = random.chance(0.5)
    for (const route of routes) {
      route.freeze()
      if (isTold) route.cut()
    }
    await pause(random.between(1_000, pastAckWaitMs + 2_500))
    for (const route of routes) {
      route.cut()
      route.thaw()
    }
  }),
]

/** One of its servers; in a cluster any, its leader among them. */
function onBus(kind: string, act: (scene: Scene, node: NatsServer) => Promise<unknown>): Fault {
  return {
    kind,
    run: (scene) => withFree(scene, [scene.house.bus], ({ nodes }) => act(scene, scene.random.pick(nodes))),
  }
}

function inCluster(kind: string, act: (scene: Scene) => Promise<unknown>): Fault {
  return {
    kind,
    fits: ({ bus }) => bus === 3,
    run: (scene) => withFree(scene, [scene.house.bus], () => act(scene)),
  }
}
