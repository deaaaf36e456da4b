import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { type BrowserSocket, openBrowserSocket } from '../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { Store } from '../store/store.ts'
import { mostHandshakes } from './handshakes.ts'
import { mostReplays } from './resume.ts'

type Resume = { request_id: string; epoch: number; seq: number }[]

/** Six times the places of the wider gate. */
const crowd = 6 * Math.max(mostHandshakes, mostReplays)

/** How many do something at once, and a way to hold them up. */
class Counted {
  now = 0
  most = 0
  inAll = 0
  #held: PromiseWithResolvers<void> | undefined

  hold(): void {
    this.#held = Promise.withResolvers<void>()
  }

  letGo(): void {
    this.#held?.resolve()
    this.#held = undefined
  }

  async run<T>(act: () => Promise<T>): Promise<T> {
    this.now += 1
    this.inAll += 1
    this.most = Math.max(this.most, this.now)
    await this.#held?.promise
    return act().finally(() => {
      this.now -= 1
    })
  }
}

const lookUps = new Counted()
const reads = new Counted()
let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse({
    config: { maxConnectionsPerUser: 1_000 },
    around: (store): Store => ({
      ...store,
      sessions: {
        ...store.sessions,
        find: (...asked) => lookUps.run(() => store.sessions.find(...asked)),
      },
    }),
    aroundBus: (bus): Bus =>
      new Proxy(bus, {
        get: (target, name) =>
          name === 'holds'
            ? (...asked: Parameters<Bus['holds']>) => reads.run(() => target.holds(...asked))
            : Reflect.get(target, name),
      }),
  })
  hub = house.hub
})
afterEach(() => {
  lookUps.letGo()
  reads.letGo()
})
after(() => house?.[Symbol.asyncDispose]())

test('a crowd that comes at once is let in by few, while those who are served are served on', async () => {
  const [mika, rin] = [await hub.signIn(), await hub.signIn()]
  const served = await hub.connect(mika)
  lookUps.hold()
  const coming = crowdOf(crowd, rin)
  await waitUntil('all places are taken', () => lookUps.now === mostHandshakes)
  served.send({ type: 'ping', id: 1 })
  await served.next('pong')
  lookUps.letGo()
  const crowded = await coming
  await Promise.all(crowded.map((browser) => browser.next('welcome')))
  assert.equal(lookUps.most, mostHandshakes)
  await closeAll([served, ...crowded])
})

test('those who left while they waited hold up nobody', async () => {
  const rin = await hub.signIn()
  lookUps.hold()
  const gone = Array.from({ length: 3 * mostHandshakes }, () => {
    const socket = new WebSocket(`${hub.origin.replace('http', 'ws')}${socketPath}`, subprotocol, {
      headers: { cookie: rin.cookie },
      origin: hub.origin,
    })
    socket.on('error', () => {})
    return socket
  })
  await waitUntil('all places are taken', () => lookUps.now === mostHandshakes)
  for (const socket of gone) socket.terminate()
  lookUps.letGo()
  const browser = await hub.connect(rin)
  await closeAll([browser])
})

test('a crowd that resumes reads few logs at once, and everybody is answered', async () => {
  const rin = await hub.signIn()
  const epoch = await waitUntil('the streams stand', () => hub.bus.epochOf('AI_CHAT_STREAM') || undefined)
  reads.hold()
  const resume = [0, 1].map(() => ({ request_id: uuidv7(), epoch, seq: 1 }))
  const crowded = await crowdOf(crowd, rin, resume)
  await waitUntil('all places are taken', () => reads.now === mostReplays)
  const other = await hub.connect(await hub.signIn())
  other.send({ type: 'ping', id: 1 })
  await other.next('pong')
  reads.letGo()
  for (const browser of crowded)
    for (const _one of resume) assert.equal((await browser.next('chat.resumed')).outcome, 'lost')
  assert.equal(reads.most, mostReplays)
  await closeAll([other, ...crowded])
})

test('replies are not read for those who left before their turn', async () => {
  const rin = await hub.signIn()
  const epoch = await waitUntil('the streams stand', () => hub.bus.epochOf('AI_CHAT_STREAM') || undefined)
  reads.hold()
  const resume = [{ request_id: uuidv7(), epoch, seq: 1 }]
  const crowded = await crowdOf(3 * mostReplays, rin, resume)
  await Promise.all(crowded.map((browser) => browser.next('welcome')))
  await waitUntil('all places are taken', () => reads.now === mostReplays)
  const before = reads.inAll
  await closeAll(crowded)
  const other = await hub.connect(await hub.signIn(), { resume })
  reads.letGo()
  assert.equal((await other.next('chat.resumed')).outcome, 'lost')
  assert.equal(reads.inAll, before + 1)
  await closeAll([other])
})

/** Sockets of one person, each of which says hello as soon as it is open: the hub waits so long for it and no longer. */
const crowdOf = (count: number, { cookie }: SignedIn, resume: Resume = []): Promise<BrowserSocket[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const browser = await openBrowserSocket(hub.origin, { cookie })
      browser.hello({ resume })
      return browser
    }),
  )

async function closeAll(sockets: readonly BrowserSocket[]): Promise<void> {
  await Promise.all(sockets.map((one) => one.close()))
  await waitUntil('all are gone', () => hub.app.hub.connectionCount === 0)
}
