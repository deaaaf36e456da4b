import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { test } from 'node:test'
import type { NatsConnection } from 'nats'
import { connect, StorageType } from 'nats'
import type { NatsServer } from './nats-server.ts'
import { startNatsServer } from './nats-server.ts'

test('a nats-server keeps a stream through a kill and loses it in a wipe', async () => {
  await using server = await startNatsServer()
  await withConnection(server, async (connection) => {
    const manager = await connection.jetstreamManager()
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'], storage: StorageType.File })
  })
  await server.kill()
  await server.restart()
  assert.deepEqual(await streamNames(server), ['KEPT'])
  await server.restart({ wipe: true })
  assert.deepEqual(await streamNames(server), [])
})

test('a nats-server refuses a client without its token', async () => {
  await using server = await startNatsServer()
  await assert.rejects(connect({ servers: `127.0.0.1:${server.port}`, reconnect: false }), /Authorization/)
})

test('a stopped nats-server leaves no process, port or file', async () => {
  const server = await startNatsServer()
  await server.stop()
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' })
  assert.equal(existsSync(server.dataDir), false)
  await assert.rejects(openSocket(server.port), { code: 'ECONNREFUSED' })
})

test('a nats-server that can not start says why and leaves nothing', async () => {
  await assert.rejects(startNatsServer({ configuration: 'no such setting {' }), /ended at its start/)
})

async function streamNames(server: NatsServer): Promise<string[]> {
  return withConnection(server, async (connection) => {
    const manager = await connection.jetstreamManager()
    const names: string[] = []
    for await (const name of manager.streams.names()) names.push(name)
    return names
  })
}

async function withConnection<T>(
  server: NatsServer,
  act: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: `127.0.0.1:${server.port}`, token: server.token })
  try {
    return await act(connection)
  } finally {
    await connection.close()
  }
}

function openSocket(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ port, host: '127.0.0.1' }, () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
