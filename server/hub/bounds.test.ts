import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { User } from '../store/store.ts'
import { createRefusals } from './admission.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Person } from './people.ts'
import { endSlowest } from './slow-readers.ts'

describe('the bounds of a hub', () => {
  test('break off the readers for whom most waits, until the rest fits', async () => {
    await using sockets = await openSockets(4)
    const megabyte = 1024 * 1024
    // The kernel takes some of it, and the same of each.
    const held = sockets.map(({ ours, theirs }, index) => {
      theirs.pause()
      const connection = connectionOf(ours)
      if (index > 0) ours.send(Buffer.alloc(12 * index * megabyte))
      return connection
    })
    const waiting = () => held.map(({ socket }) => socket.bufferedAmount)
    await waitUntil('the kernel is full', async () => {
      const before = waiting().join()
      await new Promise((resolve) => setImmediate(resolve))
      return waiting().join() === before
    })
    const [, small = 0, middle = 0, large = 0] = waiting()
    assert.ok(0 < small && small < middle && middle < large)
    assert.equal(endSlowest(held, small + middle + large), 0)
    assert.equal(endSlowest(held, small + middle), 1)
    assert.deepEqual(
      held.map(({ socket }) => socket.readyState === WebSocket.OPEN),
      [true, true, true, false],
    )
    await waitUntil('its memory is free', () => held[3]?.socket.bufferedAmount === 0)
    assert.equal(endSlowest(held, 0), 2)
    assert.equal(held[0]?.socket.readyState, WebSocket.OPEN)
  })

  test('count those that were refused until they have gone, and tell no more than so many why', async () => {
    await using sockets = await openSockets(2)
    const refusals = createRefusals(1)
    const closed = sockets.map(async ({ theirs }) => {
      const [code] = await once(theirs, 'close')
      return code
    })
    sockets[0]?.theirs.pause()
    for (const { ours } of sockets) refusals.refuse(ours, 'not_signed_in')
    assert.equal(refusals.count, 1)
    assert.equal(await closed[1], 1006)
    sockets[0]?.theirs.resume()
    assert.equal(await closed[0], 4510)
    await waitUntil('it has gone', () => refusals.count === 0)
  })
})

function connectionOf(socket: WebSocket): Connection {
  const user: User = { id: 'ada', name: 'Ada', kind: 'guest', role: 'user', email: null, createdAt: 0 }
  const silent = { unsubscribe: () => {}, active: Promise.resolve() }
  const person: Person = {
    user,
    connections: new Set(),
    live: silent,
    notices: silent,
    changes: 0,
    tails: undefined,
  }
  return newConnection(socket, person, { kind: 'session', id: 'one', signedInAt: 0 }, 0)
}

/** Pairs of sockets over loopback, ended at the end. */
async function openSockets(count: number) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const pairs: { ours: WebSocket; theirs: WebSocket }[] = []
  for (let index = 0; index < count; index += 1) {
    const accepted = once(server, 'connection')
    const theirs = new WebSocket(`ws://127.0.0.1:${address.port}`)
    const [[ours]] = await Promise.all([accepted, once(theirs, 'open')])
    pairs.push({ ours, theirs })
  }
  return Object.assign(pairs, {
    [Symbol.asyncDispose]: async () => {
      for (const { ours, theirs } of pairs) {
        theirs.on('error', () => {}).terminate()
        ours.terminate()
      }
      server.close()
      await once(server, 'close')
    },
  })
}
