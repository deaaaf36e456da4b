import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import { untilConnected } from '../bus/open-bus.ts'
import { type NatsServer, startNatsServer } from '../servers/nats-server.ts'
import { startTestHub, type TestHub, type TestHubOptions } from './start-hub.ts'

/** A real nats-server, hubs that have their bus, and a connection for scripted workers. */
export interface TestHouse extends AsyncDisposable {
  readonly nats: NatsServer
  readonly hub: TestHub
  readonly workerBus: Bus
  /** A further hub on the same bus. */
  addHub(options?: Omit<TestHubOptions, 'natsUrl'>): Promise<TestHub>
}

export async function startTestHouse(options: Omit<TestHubOptions, 'natsUrl'> = {}): Promise<TestHouse> {
  // What was opened is closed again where the house does not get as far as its tests.
  await using opening = new AsyncDisposableStack()
  const nats = opening.use(await startNatsServer())
  const workerBus = connectBus({ url: nats.url, name: 'test-worker', role: 'worker' })
  opening.defer(() => workerBus.close())
  const hubs: TestHub[] = []
  opening.defer(async () => void (await Promise.all(hubs.map((one) => one.stop()))))
  const addHub = async (how: Omit<TestHubOptions, 'natsUrl'> = {}) => {
    const added = await startTestHub({ ...how, natsUrl: nats.url })
    hubs.push(added)
    await untilConnected(added.bus)
    return added
  }
  const hub = await addHub(options)
  const opened = opening.move()
  return { nats, hub, workerBus, addHub, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** A `chat.send` frame that begins a conversation, or goes on with one. */
export const newSend = (message: string, more: object = {}) => ({
  type: 'chat.send' as const,
  kind: 'send' as const,
  request_id: uuidv7(),
  conversation_id: uuidv7(),
  message_id: uuidv7(),
  parent_id: null,
  message,
  ...more,
})
