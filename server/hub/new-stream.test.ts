import { test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { callApi } from '../../bus/nats/api.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { openRawConnection } from '../../testing/bus/raw-nats.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'

const stage = useTestHouse()

test('a reply whose stream another hub made anew is heard by a hub that nobody told', async (t) => {
  const { nats, workerBus } = stage.house
  const asked = Promise.withResolvers<ChatRequest>()
  const over = Promise.withResolvers<undefined>()
  const worker = startScriptedWorker(workerBus, async (request) => {
    asked.resolve(request)
    return over.promise
  })
  const { browser } = await stage.enter()
  t.after(async () => {
    over.resolve(undefined)
    await Promise.all([worker.drain(), browser.close()])
  })
  browser.send(newSend('Tell me'))
  const request = await asked.promise
  const first = await beginLog(workerBus, request)
  await first.say('one ')
  await untilHeard(browser, 'one ')
  await callApi(await openRawConnection(t, nats.url), 'STREAM.DELETE.AI_CHAT_STREAM')
  const { bus: other } = await openReadyBus(t, nats.url, { role: 'hub' })
  // Its sequences begin at 1 again, below what this hub has passed on.
  const second = await beginLog(other, { ...request, attempt_floor: 1 })
  await second.say('Anew')
  await untilHeard(browser, 'Anew')
})

const untilHeard = (browser: BrowserSocket, word: string) =>
  browser.next('chat.entry', ({ entry }) => entry.type === 'chunk' && entry.content === word)
