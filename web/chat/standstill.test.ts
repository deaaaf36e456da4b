import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { logOf, page, requestId } from '../../testing/browser/followed-reply.ts'
import { Outbox } from './kept.ts'
import { tellStandstills } from './standstill.ts'

const conversationId = uuidv7()

const sendFrame = (): ChatSendFrame => ({
  ...{ type: 'chat.send', kind: 'send', request_id: uuidv7(), message_id: uuidv7(), message: 'Hello' },
  ...{ conversation_id: conversationId, parent_id: null },
})

/** A conversation with a reply in the making, looked at every half second. */
function watched(t: TestContext) {
  const opened = page(t)
  opened.read(...logOf().slice(0, 3))
  const outbox = new Outbox(undefined, 'mika', 'tab')
  const said: [requestId: string, words: string][] = []
  const of = (id: string) => {
    const [reply] = opened.replies.running
    const say = (words: string) => void said.push([id, words])
    return { companionName: 'Aoi', reader: reply?.reader, quiet: say, unsent: say }
  }
  const { replies } = opened
  tellStandstills({
    state: 'here',
    replies,
    requests: { outbox },
    conversation: { id: conversationId, live: { of } },
  })
  return { ...opened, outbox, said }
}

suite('what keeps an answer', () => {
  test('is said once it was so in two looks', (t) => {
    const { said, tick } = watched(t)
    for (const _ of [1, 2, 3, 4]) tick(500)
    assert.deepEqual(said, [])
    tick(500)
    assert.deepEqual(said, [[requestId, 'Picking the answer up again']])
  })

  test('is not said of one whose words wait to be read when the page wakes up', (t) => {
    const { said, tick, read } = watched(t)
    tick(500)
    const awakeMs = performance.now.bind(performance)
    t.mock.method(performance, 'now', () => awakeMs() + 10_000)
    tick(500)
    read(...logOf().slice(3, 4))
    tick(500)
    assert.deepEqual(said, [])
  })

  test('is the message before it for one that waits, and not for one that is next', (t) => {
    const { said, tick, outbox, replies } = watched(t)
    replies.forget(requestId)
    const [first, second] = [sendFrame(), sendFrame()]
    outbox.add(first)
    outbox.add(second)
    tick(500)
    assert.deepEqual(said, [])
    tick(500)
    const words = [second.request_id, 'Goes out after the message before it']
    assert.deepEqual(said, [words])
    outbox.remove(first.request_id)
    tick(500)
    assert.deepEqual(said, [words])
  })

  test('is nothing for a message that went out between two looks', (t) => {
    const { said, tick, outbox, replies } = watched(t)
    replies.forget(requestId)
    const [first, second] = [sendFrame(), sendFrame()]
    outbox.add(first)
    outbox.add(second)
    tick(500)
    outbox.remove(first.request_id)
    tick(500)
    assert.deepEqual(said, [])
  })
})
