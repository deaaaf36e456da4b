import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pino } from 'pino'
import type { ChatNotify, ChatSend } from '../../bus/contract/chat.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { callApi } from '../../bus/nats/api.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { openRawConnection } from '../../testing/bus/raw-nats.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { openStore } from '../store/open-store.ts'
import type { Store, User } from '../store/store.ts'
import { accepted, createPerson, exampleSend, sendAfter, stateOf } from '../store/suite/examples.ts'
import { checkPublished, maxDrops } from './check-published.ts'

/** A sequence that no queue of a test reaches, so that the message counts as gone from it. */
const goneSeq = 1_000_000

describe('a request that leaves the queue unanswered', () => {
  let house: TestHouse
  let folder: string
  let store: Store
  let ada: User
  const notices: ChatNotify[] = []
  before(async () => {
    house = await startTestHouse()
    folder = await mkdtemp(path.join(tmpdir(), 'companions-published-'))
    // A store of its own, so that the hub's own chores do not publish what stands in it.
    store = await openStore(path.join(folder, 'test.db'))
    await store.migrate()
    ada = await createPerson(store)
    await waitUntil('the stream stands', () => house.hub.bus.epochOf(streams.chat.name) > 0)
  })
  after(async () => {
    await store?.close()
    await house?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const parts = () => ({
    bus: house.hub.bus,
    store,
    log: pino({ level: 'silent' }),
    notify: (_userId: string, notice: ChatNotify) => void notices.push(notice),
  })
  const epoch = () => house.hub.bus.epochOf(streams.chat.name)
  const lose = async (send: ChatSend, at = epoch()) => {
    await store.requests.markPublished(ada.id, send.request_id, { epoch: at, seq: goneSeq, now: 1 })
    return checkPublished(parts(), 1)
  }

  test('is published again a bounded number of times, then ends as failed and lets the next one go on', async () => {
    const send = exampleSend()
    await accepted(store, ada, send)
    const next = sendAfter(send, 'And now?')
    await accepted(store, ada, next)
    for (let drop = 0; drop < maxDrops; drop += 1) {
      assert.equal(await lose(send), 1)
      assert.equal(await stateOf(store, ada, send), 'ready')
    }
    assert.equal(await lose(send), 1)
    assert.equal(await stateOf(store, ada, send), 'failed')
    assert.equal(await stateOf(store, ada, next), 'ready')
    const answer = await store.conversations.message(ada.id, send.conversation_id, send.request_id)
    assert.equal(answer?.error?.code, 'reply_failed')
    assert.deepEqual(
      notices.map(({ kind, request_id }) => [kind, request_id]),
      [['stored', send.request_id]],
    )
  })

  test('is left in a stream that another hub made anew, which this one has not heard of', async (t) => {
    const send = exampleSend()
    await accepted(store, ada, send)
    const known = epoch()
    const raw = await openRawConnection(t, house.nats.url)
    await callApi(raw, `STREAM.DELETE.${streams.chat.name}`)
    const { bus } = await openReadyBus(t, house.nats.url, { role: 'hub' })
    const published = await bus.publish(subjects.message(ada.id), new Uint8Array([1]), { messageId: ada.id })
    assert.ok(published.outcome === 'stored')
    const at = { epoch: bus.epochOf(streams.chat.name), seq: published.seq, now: 1 }
    await store.requests.markPublished(ada.id, send.request_id, at)
    assert.equal(epoch(), known)
    assert.equal(await checkPublished(parts(), 1), 0)
    assert.equal(await stateOf(store, ada, send), 'published')
    assert.equal(epoch(), at.epoch)
  })

  test('is published again however often the whole stream was lost', async () => {
    const send = exampleSend()
    await accepted(store, ada, send)
    for (let loss = 0; loss < maxDrops + 2; loss += 1) {
      assert.equal(await lose(send, epoch() - 1), 1)
      assert.equal(await stateOf(store, ada, send), 'ready')
    }
  })
})
