import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fastify } from 'fastify'
import type { ModelsAnswer } from '../bus/contract/models.ts'
import { registerHealth } from './health.ts'
import type { Rooms } from './house.ts'

type Status = 'up' | 'down'

interface Services {
  readonly database?: Status
  readonly nats?: Status
  /** What the workers say of each Ollama; none where no worker answers or none has one. */
  readonly ollamas?: readonly Status[]
  readonly isDraining?: boolean
}

/** The probes of a hub whose services are as given; by default all is well. */
async function ask(url: string, services: Services) {
  const { database = 'up', nats = 'up', ollamas = ['up'], isDraining = false } = services
  const kinds = ollamas.map((status) => ({ name: 'ollama', kind: 'ollama' as const, status }))
  const models: ModelsAnswer = {
    models: [],
    backends: [...kinds, { name: 'other', kind: 'openai', status: 'up' }],
  }
  await using app = fastify()
  const rooms = {
    store: { ping: () => (database === 'up' ? Promise.resolve() : Promise.reject(new Error('away'))) },
    bus: { state: nats === 'up' ? 'connected' : 'disconnected' },
    models: async () => models,
  }
  registerHealth(app, rooms as unknown as Rooms, () => isDraining)
  return await app.inject({ url })
}

const healths: readonly [string, Services, string, ...string[]][] = [
  ['all is well', {}, 'healthy', 'up', 'up', 'up'],
  ['no worker answers', { ollamas: [] }, 'healthy', 'up', 'up', 'unknown'],
  ['Ollama is down', { ollamas: ['down'] }, 'degraded', 'up', 'up', 'down'],
  ['one Ollama of two is down', { ollamas: ['down', 'up'] }, 'healthy', 'up', 'up', 'up'],
  ['the bus is down', { nats: 'down' }, 'degraded', 'up', 'down', 'unknown'],
  ['the store is down', { database: 'down' }, 'unhealthy', 'down', 'up', 'up'],
  ['all is down', { database: 'down', nats: 'down' }, 'unhealthy', 'down', 'down', 'unknown'],
  [
    'the store is down and Ollama too',
    { database: 'down', ollamas: ['down'] },
    'unhealthy',
    'down',
    'up',
    'down',
  ],
]

suite('/health', () => {
  for (const [when, services, status, database, nats, ollama] of healths)
    test(`is 200 and says ${status} when ${when}`, async () => {
      const answer = await ask('/health', services)
      assert.equal(answer.statusCode, 200)
      const { timestamp, ...rest } = answer.json<Record<string, unknown>>()
      assert.deepEqual(rest, { status, services: { database, nats, ollama } })
      assert.ok(!Number.isNaN(Date.parse(String(timestamp))))
    })
})

const readiness: readonly [string, Services, number, string?][] = [
  ['all is well', {}, 200],
  ['the bus is down', { nats: 'down' }, 200],
  ['Ollama is down', { ollamas: ['down'] }, 200],
  ['the store is down', { database: 'down' }, 503, 'store_unavailable'],
  ['the hub drains', { isDraining: true }, 503, 'draining'],
]

suite('/readyz', () => {
  for (const [when, services, status, code] of readiness)
    test(`is ${status} when ${when}`, async () => {
      const answer = await ask('/readyz', services)
      assert.equal(answer.statusCode, status)
      assert.equal(answer.json<{ code?: string }>().code, code)
    })

  test('is 503 when the store does not answer in time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    await using app = fastify()
    const asked = Promise.withResolvers<void>()
    const ping = () => {
      asked.resolve()
      return new Promise<void>(() => {})
    }
    registerHealth(app, { store: { ping } } as unknown as Rooms, () => false)
    const answer = app.inject({ url: '/readyz' })
    await asked.promise
    t.mock.timers.tick(2_000)
    assert.equal((await answer).statusCode, 503)
  })
})
