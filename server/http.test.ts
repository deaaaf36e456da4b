import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { pino } from 'pino'
import { uuidv7 } from '../bus/contract/ids.ts'
import { startAnsweringWorker } from '../testing/hub/scripted-worker.ts'
import { newSend } from '../testing/hub/start-house.ts'
import { useTestHouse } from '../testing/hub/use-test-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const stage = useTestHouse()

const inject = (url: string, headers: Record<string, string> = {}) =>
  stage.hub.app.fastify.inject({ url, headers: { host: 'localhost', ...headers } })

test('a program gets problem details, a person a page', async () => {
  const problem = await inject('/nothing?q=private')
  assert.equal(problem.statusCode, 404)
  assert.match(String(problem.headers['content-type']), /^application\/problem\+json/)
  const { timestamp, ...members } = problem.json<Record<string, unknown>>()
  assert.deepEqual(members, {
    type: 'urn:companions:problem:not_found',
    title: 'There is nothing here',
    status: 404,
    detail: 'There is nothing here.',
    instance: '/nothing',
    code: 'not_found',
  })
  assert.ok(!Number.isNaN(Date.parse(String(timestamp))))
  const page = await inject('/nothing', { accept: 'text/html,*/*' })
  assert.equal(page.statusCode, 404)
  assert.match(page.body, /^<!doctype html>/)
})

test('who opens a spent owner link reads how to get another', async () => {
  const page = await inject('/owner/spent', { accept: 'text/html,*/*' })
  assert.equal(page.statusCode, 404)
  assert.match(page.body, /This link is spent.*href="\/">Go in<.*new <strong>owner link<\/strong>/s)
  assert.doesNotMatch(page.body, /belongs to somebody else/)
})

test('who opens a spent invitation reads that it is, and not that there is nothing', async () => {
  const page = await inject('/invitation/spent', { accept: 'text/html,*/*' })
  assert.equal(page.statusCode, 404)
  assert.match(page.body, /<h1>This invitation is spent<.*was taken back/s)
  assert.doesNotMatch(page.body, /There is nothing here/)
})

test('a body past the limit and one that is no JSON are told apart', async () => {
  const post = (payload: string) =>
    stage.hub.app.fastify.inject({
      method: 'POST',
      url: '/sign-out',
      payload,
      headers: { 'content-type': 'application/json' },
    })
  assert.equal((await post('x'.repeat(100_000))).statusCode, 413)
  assert.equal((await post('{')).json<{ code: string }>().code, 'request_invalid')
})

test('probes say what is up', async () => {
  await waitUntil('the bus is connected', () => stage.hub.bus.state === 'connected')
  assert.equal((await inject('/healthz')).statusCode, 200)
  assert.equal((await inject('/readyz')).statusCode, 200)
  const health = (await inject('/health')).json<Record<string, unknown>>()
  assert.equal(health.status, 'healthy')
  assert.deepEqual(health.services, { database: 'up', nats: 'up', ollama: 'unknown' })
  const version = await inject('/version')
  assert.equal(version.headers['cache-control'], 'no-store')
  assert.deepEqual(Object.keys(version.json()), ['version', 'commit', 'built_at'])
})

test('an answer names the request as the log does', async () => {
  const lines: { http_request_id?: string; route?: string }[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  await using hub = await stage.house.addHub({ logger: pino({ level: 'info' }, stream) })
  const ids: unknown[] = []
  for (const url of ['/version', '/sign-in', '/sign-in'])
    ids.push((await hub.app.fastify.inject({ url, headers: { host: 'localhost' } })).headers['x-request-id'])
  const logged = lines.filter(({ route }) => route === '/sign-in').map((line) => line.http_request_id)
  assert.deepEqual(logged, ids.slice(1))
  assert.equal(new Set(ids).size, 3)
})

test('every answer carries the policy that keeps foreign code out', async () => {
  for (const url of ['/', '/nothing', '/healthz']) {
    const { headers } = await inject(url)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self' 'sha256-[^']+';/)
    assert.doesNotMatch(policy, /unsafe|\*/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

test('under TLS browsers are told to stay with it for a year, and nowhere else', async () => {
  await using secure = await stage.house.addHub({ config: { publicUrl: 'https://chat.example' } })
  const policy = 'strict-transport-security'
  const { headers } = await secure.app.fastify.inject('/healthz')
  assert.match(String(headers[policy]), /^max-age=31536000/)
  assert.equal((await inject('/healthz')).headers[policy], undefined)
})

test('a person’s conversations are read page by page, and nobody else’s', async () => {
  const worker = startAnsweringWorker(stage.house.workerBus, 'Yes.')
  const { person: mika, browser } = await stage.enter()
  const sends = ['One', 'Two', 'Three'].map((message) => newSend(message))
  for (const send of sends) {
    browser.send(send)
    await browser.next(
      'chat.changed',
      ({ kind, request_id }) => kind === 'stored' && request_id === send.request_id,
    )
  }
  await browser.close()
  await worker.drain()
  const get = async (url: string, cookie = mika.cookie) => (await inject(url, { cookie })).json()
  const first = await get('/v1/sessions?limit=2')
  assert.deepEqual(
    first.sessions.map(({ title }: { title: string }) => title),
    ['Three', 'Two'],
  )
  assert.deepEqual(Object.keys(first.sessions[0]), [
    'id',
    'title',
    'created_at',
    'updated_at',
    'message_count',
  ])
  assert.equal(first.sessions[0].message_count, 2)
  const rest = await get(`/v1/sessions?limit=2&cursor=${encodeURIComponent(first.next_cursor)}`)
  assert.deepEqual(
    rest.sessions.map(({ id }: { id: string }) => id),
    [sends[0]?.conversation_id],
  )
  assert.equal(rest.next_cursor, null)

  const id = sends[0]?.conversation_id
  const newest = await get(`/v1/sessions/${id}/messages?limit=1`)
  assert.equal(newest.session_id, id)
  const [answer] = newest.messages
  assert.deepEqual(
    [answer.role, answer.content, answer.model, answer.tokens_used],
    ['assistant', 'Yes.', 'stand-in', 3],
  )
  const older = await get(`/v1/sessions/${id}/messages?limit=1&cursor=${newest.next_cursor}`)
  assert.deepEqual(
    older.messages.map(({ content }: { content: string }) => content),
    ['One'],
  )

  const other = await stage.hub.signIn()
  assert.equal((await inject(`/v1/sessions/${id}/messages`, { cookie: other.cookie })).statusCode, 404)
  assert.deepEqual((await get('/v1/sessions', other.cookie)).sessions, [])
})

test('a page that is asked for wrongly is refused', async () => {
  const { cookie } = await stage.hub.signIn()
  for (const query of [
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=999',
    'limit=1000',
    'limit=1e1',
    'limit=many',
    'limit=1&limit=2',
    'cursor=',
  ])
    assert.equal((await inject(`/v1/sessions?${query}`, { cookie })).statusCode, 400, query)
  for (const query of ['limit=1', 'limit=200', ''])
    assert.equal((await inject(`/v1/sessions?${query}`, { cookie })).statusCode, 200, query)
  for (const cursor of ['nonsense', '%00', '1:x', "'; drop table users"])
    assert.ok(
      (await inject(`/v1/sessions?cursor=${encodeURIComponent(cursor)}`, { cookie })).statusCode < 500,
      cursor,
    )
  for (const id of ['none', uuidv7(), '%2e%2e'])
    assert.equal((await inject(`/v1/sessions/${id}/messages`, { cookie })).statusCode, 404, id)
})
