import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ChatFinal } from '../../bus/contract/chat.ts'
import type { DoneEntry } from '../../bus/contract/reply-log.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { encodeBody } from '../../bus/nats/body.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import {
  type Asked,
  newRequest,
  openWorkerHouse,
  type WorkerHouse,
} from '../../testing/workers/worker-house.ts'

describe('a request whose log ended and lost its beginning to age', () => {
  let house: WorkerHouse
  before(async () => {
    house = await openWorkerHouse()
    await house.startWorker()
  })
  after(() => house[Symbol.asyncDispose]())

  const end: Pick<DoneEntry, 'finish_reason' | 'usage' | 'timings'> = {
    finish_reason: 'stop',
    usage: {},
    timings: { duration_ms: 5 },
  }

  async function put(subject: string, body: object): Promise<number> {
    const published = await house.bus.publish(subject, encodeBody(body), { messageId: subject })
    assert.ok(published.outcome === 'stored')
    return published.seq
  }

  /** Delivers such a request, and resolves when a worker is done with it. */
  async function deliver(final?: Pick<ChatFinal, 'content'>): Promise<Asked> {
    const request = newRequest()
    const { user_id, request_id, conversation_id } = request
    const subject = subjects.stream(user_id, request_id)
    await put(subject, { type: 'done', request_id, attempt: 1, owner: 'o', n: 9, length: 10, ...end })
    const about = { request_id, user_id, conversation_id, attempt: 1, model: 'm', backend: 'b' }
    const rest = { thoughts: '', cues: [], ...end, timestamp: 1 }
    if (final !== undefined) await put(subjects.final(user_id, request_id), { ...about, ...final, ...rest })
    const seq = await put(subjects.message(user_id), request)
    await waitUntil('it is done with', async () => !(await house.bus.holds(streams.chat.name, seq)))
    return { request, subject }
  }

  test('keeps the final that waits to be stored, and gets no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    house.recording = promise
    const asked = await deliver({ content: 'All of it.' })
    const unseen = await deliver()
    resolve()
    await house.final(unseen)
    assert.deepEqual(
      house.finals(asked).map(({ content, error }) => [content, error]),
      [['All of it.', undefined]],
    )
  })

  test('is told as failed where there is no final', async () => {
    const final = await house.final(await deliver())
    assert.deepEqual([final.content, final.error?.code], ['', 'reply_failed'])
  })
})
