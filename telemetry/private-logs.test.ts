import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHouse } from '../testing/house/start-house.ts'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { newSend } from '../testing/hub/start-house.ts'

const said = 'What I say is mine alone'
const answer = 'Whatever it answers is between us'
/** As llama.cpp and vLLM do: the prompt stands in the refusal. */
const refusal = { kind: 'status', status: 400, message: `cannot parse "${said}"` } as const

test('neither what is said nor what is answered stands in a log, also where a backend quotes it', async () => {
  const loud = { LOG_LEVEL: 'trace' }
  await using house = await startHouse({
    ...{ hubEnvironment: loud, workerEnvironment: loud },
    answer: () => ({ text: answer }),
  })
  const page = await fetch(house.url)
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const browser = await openBrowserSocket(house.url, { cookie })
  browser.hello()
  await browser.next('welcome')

  await house.ollama.setFault(refusal, { requests: 1 })
  browser.send(newSend(said))
  const refused = await browser.next('chat.entry', ({ entry }) => entry.type === 'error')
  assert.ok(refused.entry.type === 'error' && refused.entry.detail.includes(said))

  // The reply waits until the title that is asked for after it is sure to be refused.
  await house.ollama.setFault({ kind: 'pause', afterTokens: 1 }, { requests: 1 })
  const send = newSend(said)
  browser.send(send)
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  await house.ollama.setFault(refusal, { requests: 1 })
  await browser.next('chat.changed', (one) => one.kind === 'stored' && one.request_id === send.request_id)
  const untitled = await house.hub.waitForLine(/No title was made/)
  assert.match(untitled, /"error_code":"backend_refused"/)
  await browser.close()

  const lines = [house.hub, ...house.workers].flatMap((one) => one.lines)
  assert.ok(lines.some((line) => line.includes('A reply ended')))
  for (const words of [said, 'mine alone', answer, 'between us'])
    assert.deepEqual(
      lines.filter((line) => line.includes(words)),
      [],
      words,
    )
})
