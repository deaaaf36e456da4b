import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { MemoryStorage, sendFrame } from '../../testing/browser/browser-parts.ts'
import { Outbox } from './kept.ts'
import { Stops } from './stops.ts'

Object.assign(globalThis, { document: { getElementById: () => null } })

const storeAway = { code: 'store_unavailable', detail: 'The store is away', retryable: true }
const [user, one, two] = [uuidv7(), uuidv7(), uuidv7()]
const key = `companions.stops.${user}`

/** A page that stops; `sends` counts how often the hub was asked to. */
function page(t: TestContext, storage = new MemoryStorage(), stopped: readonly string[] = []) {
  t.mock.timers.reset()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  t.mock.method(Math, 'random', () => 1)
  const asked = { sends: 0, takenBack: [] as string[] }
  const requests = {
    stopped: new Map(stopped.map((requestId) => [requestId, {}])),
    outbox: new Outbox(new MemoryStorage(), user, 'tab'),
    sendStops: () => {
      asked.sends += 1
    },
    ended: (requestId: string) => {
      requests.stopped.delete(requestId)
      stops.forget(requestId)
    },
    takeBack: (requestId: string) => {
      if (requests.outbox.find(requestId)?.sent !== false) return false
      asked.takenBack.push(requestId)
      return true
    },
  }
  const stops = new Stops(storage, user, { requests, conversation: undefined })
  const stop = (requestId: string) => {
    requests.stopped.set(requestId, {})
    stops.keep(requestId)
  }
  return { storage, asked, requests, stops, stop, tick: (ms: number) => t.mock.timers.tick(ms) }
}

suite('stops', () => {
  test('one that fails for now is sent again, later each time up to five seconds, and sooner when pressed again', (t) => {
    const { asked, stops, stop, tick } = page(t)
    stop(one)
    for (const waitMs of [1_500, 2_000, 3_000, 5_000, 5_000]) {
      const before = asked.sends
      stops.fail({ ...storeAway, request_id: one })
      tick(waitMs - 1)
      assert.equal(asked.sends, before, `not yet after ${waitMs - 1} ms`)
      tick(1)
      assert.equal(asked.sends, before + 1, `again after ${waitMs} ms`)
    }
    stop(one)
    stops.fail({ ...storeAway, request_id: one })
    tick(1_500)
    assert.equal(asked.sends, 6)
  })

  test('a hub that says when is asked then', (t) => {
    const { asked, stops, stop, tick } = page(t)
    stop(one)
    stops.fail({ ...storeAway, retry_after_ms: 20_000, request_id: one })
    tick(20_499)
    assert.equal(asked.sends, 0)
    tick(1)
    assert.equal(asked.sends, 1)
  })

  test('several that fail wait for one timer, which none of them puts off', (t) => {
    const { asked, stops, stop, tick } = page(t)
    stop(one)
    stop(two)
    for (const request_id of [one, two, one, two]) stops.fail({ ...storeAway, request_id })
    tick(1_500)
    assert.equal(asked.sends, 1)
    tick(60_000)
    assert.equal(asked.sends, 1)
  })

  test('one that cannot be carried out is given up, and an error about something else changes nothing', (t) => {
    const { asked, storage, stops, stop, tick, requests } = page(t)
    stop(one)
    stops.fail({ ...storeAway })
    stops.fail({ ...storeAway, request_id: two })
    stops.fail({ code: 'not_found', detail: 'Gone', retryable: false, request_id: two })
    assert.deepEqual([...requests.stopped.keys()], [one])
    stops.fail({ code: 'not_found', detail: 'Gone', retryable: false, request_id: one })
    tick(60_000)
    assert.deepEqual([asked.sends, requests.stopped.size, storage.values.size], [0, 0, 0])
  })

  test('one whose message the hub has not kept needs no hub; one whose message it may have waits for it', (t) => {
    const { asked, stops, stop, tick, requests } = page(t)
    const [unsent, sent] = [sendFrame(), sendFrame()]
    for (const frame of [unsent, sent]) {
      requests.outbox.add(frame)
      stop(frame.request_id)
    }
    requests.outbox.setSent(sent.request_id, true)
    for (const { request_id } of [unsent, sent]) stops.fail({ ...storeAway, request_id })
    tick(60_000)
    assert.deepEqual(asked, { sends: 0, takenBack: [unsent.request_id] })
    assert.ok(requests.stopped.has(sent.request_id))
  })

  test('they outlive the page, and are taken up by one that shows their answers', (t) => {
    const { storage, stop } = page(t)
    stop(one)
    stop(two)
    const { asked, requests, stops } = page(t, storage)
    assert.equal(requests.stopped.size, 0)
    stops.takeUp([uuidv7(), two])
    assert.deepEqual([...requests.stopped.keys()], [two])
    assert.equal(asked.sends, 1)
    requests.ended(two)
    requests.ended(one)
    assert.equal(storage.values.size, 0)
  })

  test('those that were pressed before they could be kept are kept', (t) => {
    const { storage } = page(t, new MemoryStorage(), [one])
    assert.match(storage.getItem(key) ?? '', new RegExp(one))
  })

  test('twenty are kept, each once, and the oldest go first; what else stands there is no stop', (t) => {
    const storage = new MemoryStorage()
    storage.setItem(key, JSON.stringify([null, 7, one]))
    const { stop } = page(t, storage)
    for (let times = 0; times < 30; times += 1) stop(two)
    assert.deepEqual(JSON.parse(storage.getItem(key) ?? ''), [one, two])
    for (let times = 0; times < 19; times += 1) stop(uuidv7())
    const kept = JSON.parse(storage.getItem(key) ?? '')
    assert.deepEqual([kept.length, kept.includes(one), kept[0]], [20, false, two])
  })
})
