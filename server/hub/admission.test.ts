import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encode } from '../../bus/contract/codec.ts'
import { openBrowserSocket } from '../../testing/hub/browser-socket.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse({
    config: { maxConnections: 4, maxConnectionsPerUser: 2, allowedOrigins: ['https://app.example'] },
  })
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

const strangers: [string, string | null][] = [
  ['another site', 'https://evil.example'],
  ['another port of this machine', 'http://127.0.0.1:1'],
  ['a name that only begins like ours', 'http://127.0.0.1.evil.example'],
  ['a file or a sandbox', 'null'],
  ['no page at all', null],
]

for (const [name, origin] of strangers)
  test(`a socket from ${name} is refused before the upgrade`, async () => {
    const { cookie } = await hub.signIn()
    await assert.rejects(openBrowserSocket(hub.origin, { cookie, origin }), /403/)
    assert.equal(hub.app.hub.connectionCount, 0)
  })

test('a socket from an origin on the list is admitted', async () => {
  const { cookie } = await hub.signIn()
  const browser = await openBrowserSocket(hub.origin, { cookie, origin: 'https://app.example' })
  browser.hello()
  const welcome = await browser.next('welcome')
  assert.equal(welcome.user.name, 'Mika')
  await browser.close()
})

test('a socket without a session, or with a made-up one, is told that it is not signed in', async () => {
  for (const cookie of ['', 'companions_session=x', `companions_session=${'A'.repeat(43)}`]) {
    const browser = await openBrowserSocket(hub.origin, { cookie })
    assert.deepEqual(await browser.closed, { code: 4510, reason: 'not_signed_in' })
  }
  assert.equal(hub.app.hub.connectionCount, 0)
  await waitUntil('none is left', () => hub.app.hub.refusedCount === 0)
})

test('a client of another protocol is told so', async () => {
  const { cookie } = await hub.signIn()
  const browser = await openBrowserSocket(hub.origin, { cookie, protocols: ['companions.v9'] })
  assert.deepEqual(await browser.closed, { code: 4503, reason: 'protocol_unsupported' })
})

test('sockets past the bounds, of one person and in all, are sent away to come back', async () => {
  const [mika, rin, noa] = [await hub.signIn(), await hub.signIn(), await hub.signIn()]
  const held = [await hub.connect(mika), await hub.connect(mika)]
  const third = await openBrowserSocket(hub.origin, { cookie: mika.cookie })
  assert.deepEqual(await third.closed, { code: 4012, reason: 'too_many_connections' })
  held.push(await hub.connect(rin), await hub.connect(rin))
  const fifth = await openBrowserSocket(hub.origin, { cookie: noa.cookie })
  assert.equal((await fifth.closed).code, 4012)
  for (const browser of held) await browser.close()
  await waitUntil('all are gone', () => hub.app.hub.connectionCount === 0)
  await (await hub.connect(noa)).close()
})

test('signing out ends the sockets of that session and of no other', async () => {
  const mika = await hub.signIn()
  const rin = await hub.connect(await hub.signIn())
  const browser = await hub.connect(mika)
  const headers = { cookie: mika.cookie, 'sec-fetch-site': 'same-origin' }
  const answer = await fetch(`${hub.origin}/sign-out`, { method: 'POST', headers, redirect: 'manual' })
  assert.equal(answer.status, 303)
  assert.deepEqual(await browser.closed, { code: 4510, reason: 'not_signed_in' })
  rin.send({ type: 'ping', id: 1 })
  await rin.next('pong')
  await rin.close()
})

test('a browser that was signed out and does not close its socket is heard no more', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  // It reads nothing, so it does not answer the close frame; it can still send.
  browser.socket.pause()
  const headers = { cookie: mika.cookie, 'sec-fetch-site': 'same-origin' }
  await fetch(`${hub.origin}/sign-out`, { method: 'POST', headers, redirect: 'manual' })
  const send = newSend('Am I still here?')
  await new Promise((resolve) => browser.socket.send(encode(send), resolve))
  browser.socket.resume()
  assert.equal((await browser.closed).reason, 'not_signed_in')
  await waitUntil('the socket is gone', () => hub.app.hub.connectionCount === 0)
  // What it sent came before its own close, and would have been accepted before what comes now.
  const other = await hub.connect(await hub.signIn())
  other.send(newSend('I am'))
  await other.next('chat.accepted')
  assert.equal(await hub.store.requests.find(mika.user.id, send.request_id), undefined)
  await other.close()
})
