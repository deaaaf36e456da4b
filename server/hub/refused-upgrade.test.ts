import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import { socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import type { Store } from '../../server/store/store.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'

let house: TestHouse
let isAway = false

before(async () => {
  house = await startTestHouse({ around: (store) => ({ ...store, sessions: awaySessions(store) }) })
})
after(() => house?.[Symbol.asyncDispose]())

test('a socket that asks to come in while the store is away is refused, and let go of by the hub', async () => {
  const { hub } = house
  const { cookie } = await hub.signIn()
  isAway = true
  const socket = connect({ port: hub.port, host: '127.0.0.1', allowHalfOpen: true })
  const fields = {
    Host: `127.0.0.1:${hub.port}`,
    Origin: hub.origin,
    Cookie: cookie,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
    'Sec-WebSocket-Protocol': subprotocol,
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  socket.write(`${[`GET ${socketPath} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes.toString()
  })
  await once(socket, 'end', { signal: AbortSignal.timeout(5_000) })
  socket.destroy()
  isAway = false
  assert.match(answer, /^HTTP\/1\.1 503 /)
})

function awaySessions({ sessions }: Store): Store['sessions'] {
  return {
    ...sessions,
    find: (...asked) =>
      isAway ? Promise.reject(new CodedError('store_unavailable')) : sessions.find(...asked),
  }
}
