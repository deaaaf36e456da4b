import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import { type NatsServer, startNatsServer } from '../servers/nats-server.ts'
import { startTestHub, type TestHub, type TestHubOptions } from './start-hub.ts'

/** A real nats-server, one hub, and a connection for scripted workers. */
export interface TestHouse extends AsyncDisposable {
  readonly nats: NatsServer
  readonly hub: TestHub
  readonly workerBus: Bus
  /** A further hub on the same bus. */
  addHub(options?: Omit<TestHubOptions, 'natsUrl'>): Promise<TestHub>
}

export async function startTestHouse(options: Omit<TestHubOptions, 'natsUrl'> = {}): Promise<TestHouse> {
  const nats = await startNatsServer()
  const hub = await startTestHub({ ...options, natsUrl: nats.url })
  const workerBus = connectBus({ url: nats.url, name: 'test-worker', role: 'worker' })
  const more: TestHub[] = []
  return {
    nats,
    hub,
    workerBus,
    addHub: async (further) => {
      const added = await startTestHub({ ...further, natsUrl: nats.url })
      more.push(added)
      return added
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([hub, ...more].map((one) => one.stop()))
      await workerBus.close()
      await nats.stop()
    },
  }
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
