import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openBus, openReadyBus, untilConnected } from '../../testing/bus/open-bus.ts'
import { openRawConnection, streamInfo } from '../../testing/bus/raw-nats.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { uuidv7 } from '../contract/ids.ts'
import { maxBusBytes } from '../contract/limits.ts'
import { streams } from '../contract/streams.ts'
import { subjects } from '../contract/subjects.ts'
import type { Bus } from './bus.ts'

const body = (text: string): Uint8Array => Buffer.from(text)

async function textsOf(bus: Bus, subject: string): Promise<string[]> {
  const texts: string[] = []
  for await (const entry of bus.readEntries(streams.log.name, subject, 1))
    texts.push(Buffer.from(entry.body).toString())
  return texts
}

suite('publishing', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  after(() => server.stop())

  test('a repeat with the same message id is stored once and called a duplicate', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.message(uuidv7())
    const first = await bus.publish(subject, body('once'), { messageId: subject })
    const second = await bus.publish(subject, body('once'), { messageId: subject })
    assert.ok(first.outcome === 'stored' && second.outcome === 'stored')
    assert.deepEqual([first.duplicate, second.duplicate], [false, true])
    assert.equal(second.seq, first.seq)
  })

  test('an entry that expects another last sequence is refused', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    const first = await bus.publish(subject, body('a'), { messageId: 'o1.0', expectedLastSequence: 0 })
    assert.ok(first.outcome === 'stored')
    const zombie = await bus.publish(subject, body('z'), { messageId: 'o2.0', expectedLastSequence: 0 })
    assert.deepEqual(zombie, { outcome: 'refused' })
    const options = { messageId: 'o1.1', expectedLastSequence: first.seq }
    assert.equal((await bus.publish(subject, body('b'), options)).outcome, 'stored')
    assert.deepEqual(await textsOf(bus, subject), ['a', 'b'])
  })

  test('a reply goes on whole and in order when the server is killed under it', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    const expected = Array.from({ length: 60 }, (_, n) => `token ${n}`)
    let last = 0
    for (const [n, token] of expected.entries()) {
      if (n === 20 || n === 40) await server.kill()
      const restarted = n === 20 || n === 40 ? server.restart() : undefined
      last = await publishEntry(bus, { subject, messageId: `owner-${subject}.${n}`, token, last })
      await restarted
    }
    assert.deepEqual(await textsOf(bus, subject), expected)
  })

  test('what is published while the server is away arrives once when it is back', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    await server.kill()
    await waitUntil('the bus notices', () => bus.state === 'connecting')
    const options = { messageId: subject, expectedLastSequence: 0, timeoutMs: 20_000 }
    const publishing = bus.publish(subject, body('held'), options)
    await server.restart()
    assert.equal((await publishing).outcome, 'stored')
    await untilConnected(bus)
    assert.deepEqual(await textsOf(bus, subject), ['held'])
  })

  test('what is published before the server ever existed arrives', async (t) => {
    const late = await startNatsServer()
    t.after(() => late.stop())
    await late.kill()
    const { bus } = openBus(t, late.url)
    const subject = subjects.message(uuidv7())
    const publishing = bus.publish(subject, body('early'), { messageId: subject, timeoutMs: 20_000 })
    await late.restart()
    assert.equal((await publishing).outcome, 'stored')
  })

  test('a publication nobody answers ends in bus_unavailable', async (t) => {
    const { bus } = openBus(t, 'nats://127.0.0.1:1')
    const subject = subjects.message(uuidv7())
    const aborting = new AbortController()
    const aborted = bus.publish(subject, body('x'), { messageId: 'x', signal: aborting.signal })
    aborting.abort()
    await assert.rejects(aborted, { code: 'bus_unavailable' })
    const late = bus.publish(subject, body('x'), { messageId: 'x', timeoutMs: 50 })
    await assert.rejects(late, { code: 'bus_unavailable' })
    const closing = bus.publish(subject, body('x'), { messageId: 'x', timeoutMs: 60_000 })
    const rejected = assert.rejects(closing, { code: 'bus_unavailable' })
    await bus.close()
    await rejected
  })

  test('a subject no stream takes ends in bus_unavailable and says so', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const publishing = bus.publish('ai.nowhere', body('x'), { messageId: 'x', timeoutMs: 2_000 })
    await assert.rejects(publishing, { code: 'bus_unavailable', message: 'No stream takes this subject' })
  })

  test('a body past the limit is refused before it is sent', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const large = new Uint8Array(maxBusBytes + 1)
    const publishing = bus.publish(subjects.message(uuidv7()), large, { messageId: 'large' })
    await assert.rejects(publishing, { code: 'frame_too_large' })
  })

  test('a full stream refuses what is new, keeps what is old, and the error names it', async (t) => {
    const full = await startNatsServer()
    t.after(() => full.stop())
    const { bus } = await openReadyBus(t, full.url, { maxBytesScale: 0.01 })
    const raw = await openRawConnection(t, full.url)
    const large = new Uint8Array(maxBusBytes)
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 100; n += 1)
        await bus.publish(subjects.message(uuidv7()), large, { messageId: `${n}`, timeoutMs: 3_000 })
    }
    await assert.rejects(fill(), { code: 'bus_unavailable', message: /maximum bytes exceeded/ })
    assert.equal((await streamInfo(raw, streams.chat.name)).state.messages, 1)
  })
})

interface Entry {
  subject: string
  messageId: string
  token: string
  last: number
}

/** By the writer's rule: a refusal may mean that an earlier copy of one's own was stored. */
async function publishEntry(bus: Bus, { subject, messageId, token, last }: Entry): Promise<number> {
  const options = { messageId, expectedLastSequence: last, timeoutMs: 20_000 }
  const published = await bus.publish(subject, body(token), options)
  if (published.outcome === 'stored') return published.seq
  const stored = await bus.lastEntry(streams.log.name, subject)
  assert.equal(Buffer.from(stored?.body ?? []).toString(), token)
  return stored?.seq ?? 0
}
