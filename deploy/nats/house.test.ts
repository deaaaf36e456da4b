import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { consumers, streams } from '../../bus/contract/streams.ts'
import { isAhead, subjects } from '../../bus/contract/subjects.ts'
import type { BusMessage } from '../../bus/nats/bus.ts'
import { purgeLogs } from '../../server/chat/purge.ts'
import { startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { startWorkerProcess } from '../../testing/house/house-processes.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { startTestHub } from '../../testing/hub/start-hub.ts'
import {
  type DeployedNats,
  startAccountsNats,
  startClusterNats,
  startUsersNats,
} from '../../testing/servers/deployed-nats.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'

/** A whole product on a bus that permits no more than `rights.ts` says. */
async function openHouse(start: () => Promise<DeployedNats>) {
  await using opening = new AsyncDisposableStack()
  const nats = opening.use(await start())
  const ollama = await startOllamaStandIn({
    answer: ({ prompt }) => (prompt.startsWith('Write a title of') ? { text: 'Counting' } : undefined),
  })
  opening.defer(() => ollama.stop())
  const hub = opening.use(await startTestHub({ natsUrl: nats.urls.hub }))
  const environment = {
    NATS_URL: nats.urls.worker,
    OLLAMA_BASE_URL: ollama.url,
    DEMO: 'off',
    DRAIN_GRACE: '1',
  }
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  opening.defer(() => browser.close())
  const answerTo = ({ conversation_id: conversation, request_id: answer }: ReturnType<typeof newSend>) =>
    hub.store.conversations.message(mika.user.id, conversation, answer)
  const parts = opening.move()
  const addWorker = async () => parts.use(await startWorkerProcess(environment))
  return {
    nats,
    ollama,
    hub,
    mika,
    browser,
    addWorker,
    answerTo,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

const firstWords = (browser: BrowserSocket, { request_id }: { request_id: string }) =>
  browser.next('chat.entry', ({ entry }) => entry.type === 'chunk' && entry.request_id === request_id)

const stored = (browser: BrowserSocket, { request_id }: { request_id: string }) =>
  browser.next('chat.changed', (frame) => frame.kind === 'stored' && frame.request_id === request_id)

// Each on a bus of its own, where it waits for leases more than it works.
suite('a bus that permits no more than it must', { concurrency: 3 }, () => {
  for (const [form, start] of Object.entries({ accounts: startAccountsNats, users: startUsersNats }))
    suite(`on a bus with ${form}`, () => {
      test('a reply survives its worker, is resumed, titled, and its log purged; nothing is refused', async () => {
        await using house = await openHouse(start)
        const { nats, ollama, hub, mika, browser, addWorker, answerTo } = house
        const first = await addWorker()
        // Its reply can't be over before it is.
        await ollama.setFault({ kind: 'stall', afterTokens: 200 }, { requests: 1 })
        const send = newSend('tokens=300 rate=100')
        browser.send(send)
        await firstWords(browser, send)
        await browser.next('chat.ahead', ({ ahead }) => ahead.request_id === send.request_id)
        await first.stop({ signal: 'SIGKILL' })
        await addWorker()
        await browser.next('chat.entry', ({ entry }) => entry.type === 'start' && entry.attempt === 2)
        await stored(browser, send)
        assert.equal((await answerTo(send))?.content.trim(), countedTo(300).trim())

        const late = await hub.connect(mika, { resume: [{ request_id: send.request_id, epoch: 0, seq: 0 }] })
        assert.equal((await late.next('chat.resumed')).outcome, 'snapshot')
        await late.next('chat.entry', ({ entry }) => entry.type === 'done')
        await late.close()

        await waitUntil('the conversation has the title a worker made', async () => {
          const list = await hub.store.conversations.list(mika.user.id, { limit: 1 })
          return list.items[0]?.title === 'Counting'
        })
        await waitUntil('the hub has the models that a worker told it', async () => {
          const health: unknown = await (await fetch(`${hub.origin}/health`)).json()
          return JSON.stringify(health).includes('"nats":"up","ollama":"up"')
        })

        await purgeLogs(hub, Date.now() + 3_600_000)
        const subject = subjects.stream(mika.user.id, send.request_id)
        assert.equal(await hub.bus.lastEntry(streams.log.name, subject), undefined)
        assert.deepEqual(nats.violations(), [])
      })

      test('a reply is cancelled by its worker, and by the hub where there is none; nothing is refused', async () => {
        await using house = await openHouse(start)
        const { nats, browser, addWorker, answerTo } = house
        const worker = await addWorker()
        for (const isAlive of [true, false]) {
          const send = newSend('tokens=endless rate=50')
          browser.send(send)
          await firstWords(browser, send)
          if (!isAlive) await worker.stop({ signal: 'SIGKILL' })
          browser.send({ type: 'chat.cancel', request_id: send.request_id })
          await stored(browser, send)
          assert.equal((await answerTo(send))?.state, 'cancelled')
        }
        assert.deepEqual(nats.violations(), [])
      })

      test('a hub may say that somebody signed in, and take away what a deleted request left', async (t) => {
        await using nats = await start()
        const { bus } = await openReadyBus(t, nats.urls.hub, { role: 'hub' })
        const [user, request] = [uuidv7(), uuidv7()]
        const body = new Uint8Array([1])
        const login = await bus.publish(subjects.login(user), body, { messageId: uuidv7() })
        assert.equal(login.outcome, 'stored')
        const message = await bus.publish(subjects.message(user), body, { messageId: uuidv7() })
        assert.ok(message.outcome === 'stored')
        await bus.remove(streams.chat.name, message.seq)
        assert.equal(await bus.holds(streams.chat.name, message.seq), false)
        await bus.publish(subjects.final(user, request), body, { messageId: uuidv7() })
        await bus.purge(streams.finals.name, subjects.final(user, request))
        assert.equal(await bus.lastEntry(streams.finals.name, subjects.final(user, request)), undefined)
        assert.deepEqual(nats.violations(), [])
      })
    })

  suite('on a cluster of three', () => {
    test('a request reaches a worker, its entries and text ahead of them every hub; nothing is refused', async (t) => {
      await using nats = await startClusterNats()
      const [user, request] = [uuidv7(), uuidv7()]
      const { bus: hub } = await openReadyBus(t, nats.urls.hub, { role: 'hub', replicas: 3 })
      const { bus: worker } = await openReadyBus(t, nats.urls.worker, { role: 'worker' })
      const heard: number[] = []
      const ahead: string[] = []
      for (const url of nats.urls.hub.split(',')) {
        const { bus: other } = await openReadyBus(t, url, { role: 'hub', replicas: 3 })
        const hear = ({ subject, sequence }: BusMessage) =>
          void (isAhead(subject) ? ahead.push(subject) : heard.push(sequence))
        await other.subscribe(subjects.live(user), hear).active
      }
      const loop = worker.work({
        ...consumers.chatWorkers,
        slots: 1,
        handle: async () => {
          const published = await worker.publish(subjects.stream(user, request), new Uint8Array([1]), {
            messageId: uuidv7(),
            expectedLastSequence: 0,
          })
          assert.equal(published.outcome, 'stored')
          worker.send(subjects.ahead(user, request), new Uint8Array([2]))
          return { kind: 'ack' }
        },
      })
      const sent = await hub.publish(subjects.message(user), new Uint8Array([1]), { messageId: uuidv7() })
      assert.ok(sent.outcome === 'stored')
      await waitUntil('each hub hears the entry', () => heard.length === 3)
      await waitUntil('and what came ahead', () => ahead.length === 3)
      await waitUntil(
        'the request is acknowledged',
        async () => !(await hub.holds(streams.chat.name, sent.seq)),
      )
      await loop.drain()
      assert.deepEqual(nats.violations(), [])
    })
  })
})
