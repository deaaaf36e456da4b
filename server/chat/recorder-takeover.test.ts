import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectBus } from '../../bus/nats/connection.ts'
import { startBreakableLink } from '../../testing/hub/breakable-link.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { startTestHub } from '../../testing/hub/start-hub.ts'
import { startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { Store } from '../store/store.ts'

test('a final in the hands of a hub that is cut off is stored by another, well below half a minute', async () => {
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  const link = stack.use(await startBreakableLink(nats.port))
  const held = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const never = (store: Store): Store => {
    const recordFinal: Store['requests']['recordFinal'] = async () => {
      held.resolve()
      await release.promise
      return { outcome: 'gone' }
    }
    return { ...store, requests: { ...store.requests, recordFinal } }
  }
  const natsUrl = nats.url.replace(`:${nats.port}`, `:${link.port}`)
  const first = stack.use(await startTestHub({ natsUrl, around: never }))
  stack.defer(() => release.resolve())
  const workerBus = connectBus({ url: nats.url, name: 'test-worker', role: 'worker' })
  stack.defer(() => workerBus.close())
  const worker = startScriptedWorker(workerBus, async (request) => {
    const log = await beginLog(workerBus, request)
    await log.finish()
    return undefined
  })
  const mika = await first.signIn()
  const browser = await first.connect(mika)
  const send = newSend('Hello')
  browser.send(send)
  await held.promise
  link.break()
  const second = stack.use(await startTestHub({ natsUrl: nats.url, databaseUrl: first.databaseUrl }))
  const request = () => second.store.requests.find(mika.user.id, send.request_id)
  await waitUntil('it is stored', async () => (await request())?.state === 'answered', { timeoutMs: 20_000 })
  assert.equal((await request())?.state, 'answered')
  await worker.drain()
  await browser.close()
})
