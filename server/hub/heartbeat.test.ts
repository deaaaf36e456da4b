import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { heartbeatMs, helloTimeoutMs } from '../../bus/contract/limits.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { type Connection, newConnection } from './connection.ts'
import { checkHeartbeats } from './heartbeat.ts'
import { createListeners } from './listeners.ts'
import type { Person } from './people.ts'

const nobody = { unsubscribe: () => {}, active: Promise.resolve() }
const person: Person = {
  user: { id: 'none', name: 'Mika', kind: 'guest', role: 'user', email: null, createdAt: 0 },
  connections: new Set(),
  live: nobody,
  notices: nobody,
  changes: 0,
  tails: undefined,
}
let server: WebSocketServer

before(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
})
after(() => server.close())

/** Both ends of a socket whose hub end was last heard now. */
async function openPair(): Promise<{ connection: Connection; browser: WebSocket; now: number }> {
  const arrived = once(server, 'connection')
  const browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [[socket]] = await Promise.all([arrived, once(browser, 'open')])
  const now = performance.now()
  const connection = newConnection(
    socket as WebSocket,
    person,
    { kind: 'session', id: 's', signedInAt: 0 },
    now,
  )
  createListeners(new Map([[connection.socket, connection]]), { message: () => {}, close: () => {} })(
    connection.socket,
  )
  return { connection, browser, now }
}

test('a socket that never says hello is closed, not before its time', async () => {
  const { connection, browser, now } = await openPair()
  const closed = once(browser, 'close')
  checkHeartbeats([connection], now + helloTimeoutMs)
  assert.equal(connection.socket.readyState, WebSocket.OPEN)
  checkHeartbeats([connection], now + helloTimeoutMs + 1)
  const [code, reason] = await closed
  assert.deepEqual([code, String(reason)], [4022, 'hello_timeout'])
})

test('pings keep nobody who never said hello', async () => {
  const { connection, browser, now } = await openPair()
  const heard = once(connection.socket, 'ping')
  browser.ping()
  await heard
  assert.equal(connection.heardAtMs, now)
  browser.terminate()
})

test('a browser that answers is asked once a heartbeat and stays', async () => {
  const { connection, browser, now } = await openPair()
  connection.welcomed = true
  connection.heardAtMs = now - 1
  let asked = 0
  browser.on('ping', () => {
    asked += 1
  })
  checkHeartbeats([connection], now)
  checkHeartbeats([connection], now + heartbeatMs)
  checkHeartbeats([connection], now + heartbeatMs + 1)
  await waitUntil('its answer is heard', () => connection.heardAtMs >= now)
  assert.equal(asked, 1)
  checkHeartbeats([connection], connection.heardAtMs + 2 * heartbeatMs)
  assert.equal(connection.socket.readyState, WebSocket.OPEN)
  browser.terminate()
})

test('a browser not heard for two heartbeats is told so and broken off', async () => {
  const { connection, browser, now } = await openPair()
  connection.welcomed = true
  const closed = once(browser, 'close')
  checkHeartbeats([connection], now + 2 * heartbeatMs + 1)
  const [code, reason] = await closed
  assert.deepEqual([code, String(reason)], [4023, 'heartbeat_lost'])
})
