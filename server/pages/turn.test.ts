import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../store/store.ts'
import { blankReply } from './reply-turn.ts'
import { turns, turnTemplates } from './turn.ts'

const view = { userId: 'u', conversationId: 'a', companionName: 'Mira', clock: { now: 0, timeZone: 'UTC' } }

const replies = (count: number, content: string): Message[] =>
  Array.from({ length: count }, (_, index) => ({
    ...blankReply,
    ...{ id: String(index), role: 'assistant', content: `${index} ${content}`, usage: {} },
  }))

/** How often the event loop turned while a thread was made. */
async function loopTurnsOf(messages: readonly Message[]): Promise<number> {
  let count = 0
  const next = () => {
    count += 1
    immediate = setImmediate(next)
  }
  let immediate = setImmediate(next)
  await turns(messages, undefined, view)
  clearImmediate(immediate)
  return count
}

test('a person who opens many long replies holds nobody else up for all of them', async () => {
  assert.ok((await loopTurnsOf(replies(50, '*word* '.repeat(1_200)))) >= 49)
  assert.equal(await loopTurnsOf(replies(50, 'short')), 0)
})

test('a thread shows its replies in their order', async () => {
  const shown = String(await turns(replies(3, 'x'.repeat(9_000)), undefined, view))
  assert.deepEqual(
    [...shown.matchAll(/id="m-(\d)"/g)].map(([, id]) => id),
    ['0', '1', '2'],
  )
})

test('a greeting cannot be asked for again, even where it failed, and every other reply can', async () => {
  const failed = { code: 'backend_unavailable', detail: '', retryable: true }
  const [greeting = '', reply = ''] = await Promise.all(
    [null, 'asked'].map(async (parentId) => {
      const [one] = replies(1, '')
      return one
        ? String(await turns([{ ...one, parentId, state: 'failed', error: failed }], undefined, view))
        : ''
    }),
  )
  for (const action of ['regenerate', 'retry']) {
    assert.ok(!greeting.includes(`data-action="${action}"`), action)
    assert.ok(reply.includes(`data-action="${action}"`), action)
  }
  assert.ok(String(turnTemplates(view)).includes('data-action="regenerate"'))
})
