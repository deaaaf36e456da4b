import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openBus, openReadyBus } from '../../testing/bus/open-bus.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { uuidv7 } from '../contract/ids.ts'
import { streams } from '../contract/streams.ts'
import { subjects } from '../contract/subjects.ts'

const authorization = `authorization {
  users: [
    { user: "all", password: "all" }
    { user: "few", password: "few", permissions: {
      publish: ["$JS.API.STREAM.INFO.>", "$JS.API.CONSUMER.INFO.>"]
      subscribe: ["_INBOX_worker.>"]
    } }
  ]
}`
const refused = 'The bus does not permit what this role needs'

suite('a process without the rights it needs', () => {
  let server: NatsServer
  const urlOf = (user: string) => `nats://${user}:${user}@127.0.0.1:${server.port}`
  before(async () => {
    server = await startNatsServer({ authorization })
  })
  after(() => server.stop())

  test('is answered at once, and logs each kind of subject once with its role', async (t) => {
    await openReadyBus(t, urlOf('all'), { role: 'hub' })
    const { bus, logged } = await openReadyBus(t, urlOf('few'), { role: 'worker' })
    const errors = () => logged.filter(({ level }) => level === 'error')
    const publish = (subject: string) =>
      assert.rejects(
        // No test waits so long: the refusal itself ends the waiting.
        bus.publish(subject, new Uint8Array(1), { messageId: uuidv7(), timeoutMs: 600_000 }),
        { code: 'bus_unavailable', message: `The bus does not permit to publish to ${subject}` },
      )
    await publish(subjects.stream(uuidv7(), uuidv7()))
    await publish(subjects.stream(uuidv7(), uuidv7()))
    await assert.rejects(bus.lastEntry(streams.log.name, subjects.stream(uuidv7(), uuidv7())), {
      code: 'bus_unavailable',
      message: 'The bus does not permit this call',
    })
    await assert.rejects(bus.request(subjects.historyGet, {}, { timeoutMs: 600_000 }), {
      code: 'bus_unavailable',
    })
    bus.subscribe(subjects.anyCancel, () => undefined)
    await waitUntil('the subscription is refused', () => errors().length === 4)
    const worker = { role: 'worker' }
    assert.deepEqual(
      errors().map(({ message, fields }) => ({ message, ...fields })),
      [
        { message: refused, ...worker, operation: 'publish', subject: 'ai.chat.response.stream.*.*' },
        {
          message: refused,
          ...worker,
          operation: 'publish',
          subject: '$JS.API.STREAM.MSG.GET.AI_CHAT_STREAM',
        },
        { message: refused, ...worker, operation: 'publish', subject: 'ai.history.get' },
        { message: refused, ...worker, operation: 'subscription', subject: 'ai.chat.user.*.cancel' },
      ],
    )
  })

  test('sends what is refused once and not for every token, which its server would log', async (t) => {
    await openReadyBus(t, urlOf('all'), { role: 'hub' })
    const { bus, logged } = await openReadyBus(t, urlOf('few'), { role: 'worker' })
    const tell = () => bus.send(subjects.ahead(uuidv7(), uuidv7()), new Uint8Array(1))
    tell()
    await waitUntil('it is refused', () => logged.some(({ message }) => message === refused))
    for (let count = 0; count < 5; count += 1) tell()
    bus.send('ai.test.last', new Uint8Array(1))
    const refusalsOf = (end: string) => server.lines.filter((line) => line.endsWith(`${end}"`))
    await waitUntil('the last is refused', () => refusalsOf('ai.test.last').length === 1)
    assert.equal(refusalsOf('.ahead').length, 1)
  })

  test('with the credentials of another role says which inbox it may not hear, and is never ready', async (t) => {
    const { bus, logged } = openBus(t, urlOf('few'), { role: 'hub' })
    await waitUntil('the streams do not stand', () => logged.some(({ level }) => level === 'warn'))
    assert.deepEqual(logged.find(({ level }) => level === 'error')?.fields, {
      role: 'hub',
      operation: 'subscription',
      subject: '_INBOX_hub.>',
    })
    assert.equal(bus.state, 'connecting')
  })
})
