import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import {
  accepted,
  converse,
  createPerson,
  exampleFinal,
  exampleSend,
  publish,
  sendAfter,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

export function testEndings(it: It): void {
  it('stores a reply with everything that belongs to it, once', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const send = exampleSend()
    await accepted(one, user, send)
    await publish(one, user, send)
    const final = exampleFinal(user, send, { content: 'Hello\0 there', thoughts: 'greet back' })
    const outcomes = await Promise.all(
      [one, other, one, other].map((store) => store.requests.recordFinal(final, 30)),
    )
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), [
      'repeated',
      'repeated',
      'repeated',
      'stored',
    ])
    await one.requests.recordFinal({ ...final, content: 'something else' }, 40)
    const message = await one.conversations.message(user.id, send.conversation_id, send.request_id)
    assert.deepEqual(message, {
      id: send.request_id,
      parentId: send.message_id,
      role: 'assistant',
      content: 'Hello there',
      thoughts: 'greet back',
      model: 'small',
      state: 'answered',
      finishReason: 'stop',
      error: null,
      usage: { prompt_tokens: 3, completion_tokens: 5 },
      timings: { first_token_ms: 20, duration_ms: 100, tokens_per_second: 50 },
      createdAt: 10,
      siblings: [send.request_id],
    })
  })

  it('ends a request as its final says: failed with the error, or cancelled with what was written', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [failed, cancelled] = [exampleSend(), exampleSend()]
    for (const send of [failed, cancelled]) await accepted(store, user, send)
    const error = { code: 'backend_failed', retryable: true, detail: 'The model failed' }
    const { finish_reason: _, ...broken } = exampleFinal(user, failed, { content: 'Half an', error })
    await store.requests.recordFinal(broken, 30)
    await store.requests.recordFinal(
      exampleFinal(user, cancelled, { content: 'Up to here', finish_reason: 'cancelled' }),
      30,
    )
    const unwritten = exampleSend()
    await accepted(store, user, unwritten)
    await store.requests.cancel(user.id, unwritten.request_id, 30)
    const isStored = async (send: typeof failed) =>
      (await store.requests.history(user.id, send.request_id, 100))?.isStored
    assert.deepEqual([await isStored(cancelled), await isStored(unwritten)], [true, false])
    const shown = await store.conversations.message(user.id, failed.conversation_id, failed.request_id)
    assert.deepEqual([shown?.state, shown?.content, shown?.finishReason], ['failed', 'Half an', null])
    assert.deepEqual(shown?.error, error)
    const kept = await store.conversations.message(user.id, cancelled.conversation_id, cancelled.request_id)
    assert.deepEqual(
      [kept?.state, kept?.content, kept?.finishReason],
      ['cancelled', 'Up to here', 'cancelled'],
    )
  })

  it('drops a reply to a request that is not there', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const send = exampleSend()
    await accepted(store, ada, send)
    const gone = { outcome: 'gone' }
    assert.deepEqual(await store.requests.recordFinal(exampleFinal(ben, send), 30), gone)
    assert.deepEqual(await store.requests.recordFinal(exampleFinal(ada, exampleSend()), 30), gone)
    assert.equal(await stateOf(store, ada, send), 'ready')
  })

  it('cancels at once what waits or is ready, and by request what is published', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [ready, published] = [exampleSend(), exampleSend()]
    const waiting = sendAfter(published, 'next')
    for (const send of [ready, published, waiting]) await accepted(store, user, send)
    await publish(store, user, published)
    const cancel = (send: typeof ready, now: number) => store.requests.cancel(user.id, send.request_id, now)
    const { conversation_id: conversationId } = published
    const ended = { outcome: 'ended', readied: [] }
    assert.deepEqual(await cancel(waiting, 50), { ...ended, conversationId })
    assert.deepEqual(await cancel(ready, 50), { ...ended, conversationId: ready.conversation_id })
    assert.deepEqual(await cancel(published, 50), { outcome: 'requested', conversationId })
    assert.deepEqual(await cancel(published, 60), { outcome: 'requested', conversationId })
    const cancelling = async () =>
      (await store.requests.cancelling(9)).map(({ requestId, cancelRequestedAt }) => [
        requestId,
        cancelRequestedAt,
      ])
    // The bus may have got what was ready, but not what had to wait.
    const maybe = [ready.request_id, 50]
    assert.deepEqual(await cancelling(), [[published.request_id, 50], maybe])
    const history = await store.requests.history(user.id, published.request_id, 1_000)
    assert.deepEqual([history?.state, history?.cancelRequested], ['published', true])
    await store.requests.recordFinal(exampleFinal(user, published, { finish_reason: 'cancelled' }), 70)
    assert.deepEqual(await cancelling(), [maybe])
    await store.requests.markLogPurged(user.id, ready.request_id)
    assert.deepEqual(await cancelling(), [])
    for (const send of [ready, published, waiting])
      assert.deepEqual(await cancel(send, 80), { outcome: 'over' })
    assert.equal(await stateOf(store, user, waiting), 'cancelled')
  })

  it('keeps what was written of a reply that was cancelled before its publication was noted, once', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend()
    await accepted(store, user, send)
    await store.requests.cancel(user.id, send.request_id, 20)
    const { finish_reason: _, ...written } = exampleFinal(user, send, { content: 'Up to here' })
    const error = { code: 'backend_failed', retryable: true, detail: 'The model failed' }
    const conversationId = send.conversation_id
    const record = (content: string) => store.requests.recordFinal({ ...written, content, error }, 30)
    assert.deepEqual(await record('Up to here'), { outcome: 'stored', conversationId, readied: [] })
    assert.deepEqual(await record('Something else'), { outcome: 'repeated' })
    assert.deepEqual(await store.requests.cancelling(9), [])
    const kept = await store.conversations.message(user.id, conversationId, send.request_id)
    const { state, content, finishReason, usage } = kept ?? {}
    assert.deepEqual([state, content, finishReason], ['cancelled', 'Up to here', 'cancelled'])
    assert.deepEqual([kept?.error, usage], [null, written.usage])
    const { items } = await store.conversations.list(user.id, { limit: 9 })
    assert.equal(items[0]?.messageCount, 2)
  })

  it("finds nothing to cancel under another's name, or nobody's", async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const send = exampleSend()
    await accepted(store, ada, send)
    assert.deepEqual(await store.requests.cancel(ben.id, send.request_id, 20), { outcome: 'not_found' })
    assert.deepEqual(await store.requests.cancel(ada.id, uuidv7(), 20), { outcome: 'not_found' })
    assert.equal(await stateOf(store, ada, send), 'ready')
    assert.equal(await store.requests.find(ben.id, send.request_id), undefined)
    assert.equal(await store.requests.history(ben.id, send.request_id, 100), undefined)
  })

  it('lists the logs of ended requests until they are noted as purged', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const early = await converse(store, user, exampleSend(), 100)
    const late = await converse(store, user, exampleSend(), 200)
    await accepted(store, user, exampleSend())
    const trace = (send: typeof early) => ({ userId: user.id, requestId: send.request_id, seq: null })
    assert.deepEqual(await store.requests.purgeableLogs(100, 9), [])
    assert.deepEqual(await store.requests.purgeableLogs(101, 9), [trace(early)])
    assert.deepEqual(await store.requests.purgeableLogs(900, 1), [trace(early)])
    await store.requests.markLogPurged(user.id, early.request_id)
    assert.deepEqual(await store.requests.purgeableLogs(900, 9), [trace(late)])
  })
}
