import assert from 'node:assert/strict'
import type { ChatSend } from '../../../bus/contract/chat.ts'
import type { Store, User } from '../store.ts'
import { accepted, createPerson, exampleFinal, exampleSend, publish, sendAfter } from './examples.ts'
import type { It } from './ground.ts'

const over = { outcome: 'over' } as const

async function shown(store: Store, user: User, { conversation_id, request_id }: ChatSend) {
  const message = await store.conversations.message(user.id, conversation_id, request_id)
  return [message?.content, message?.state, message?.finishReason]
}

/** An answer that has ended. */
async function answered(store: Store, user: User, content: string, send = exampleSend()): Promise<ChatSend> {
  await accepted(store, user, send)
  await store.requests.recordFinal(exampleFinal(user, send, { content }), 20)
  return send
}

export function testHeard(it: It): void {
  it('keeps of an ended answer what the person heard of it before they interrupted', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = await answered(store, user, 'Once there was a fox.')
    const next = await answered(store, user, 'A red one.', sendAfter(send, 'What fox?'))
    const conversationId = send.conversation_id
    const cancel = (offset?: number) => store.requests.cancel(user.id, send.request_id, 30, offset)
    assert.deepEqual(await cancel(), over)
    assert.deepEqual(await cancel(16), { outcome: 'cut', conversationId })
    assert.deepEqual(await cancel(4), over)
    assert.deepEqual(await shown(store, user, send), ['Once there was a', 'cancelled', 'cancelled'])
    assert.deepEqual(await shown(store, user, next), ['A red one.', 'answered', 'stop'])
    const history = await store.requests.history(user.id, next.request_id, 1_000)
    assert.equal(history?.messages[1]?.content, 'Once there was a')
    assert.deepEqual(await store.conversations.search(user.id, 'fox.', 9), [])
    assert.deepEqual(await store.requests.recordFinal(exampleFinal(user, send), 40), { outcome: 'repeated' })
    assert.deepEqual(await store.requests.cancelling(9), [])
  })

  it('leaves an answer that was heard to its end, and one that failed stays failed', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const whole = await answered(store, user, 'All of it')
    assert.deepEqual(await store.requests.cancel(user.id, whole.request_id, 30, 9), over)
    assert.deepEqual(await shown(store, user, whole), ['All of it', 'answered', 'stop'])
    const failed = exampleSend()
    await accepted(store, user, failed)
    const { finish_reason: _, ...broken } = exampleFinal(user, failed, { content: 'Half an answer' })
    const error = { code: 'backend_failed', retryable: true, detail: 'The model failed' }
    await store.requests.recordFinal({ ...broken, error }, 20)
    const cut = await store.requests.cancel(user.id, failed.request_id, 30, 4)
    assert.equal(cut.outcome, 'cut')
    assert.deepEqual(await shown(store, user, failed), ['Half', 'failed', null])
  })

  it('never cuts a character in two', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [one, two] = [await answered(store, user, 'Hi 🦊!'), exampleSend()]
    await store.requests.cancel(user.id, one.request_id, 30, 4)
    assert.equal((await shown(store, user, one))[0], 'Hi ')
    await accepted(store, user, two)
    await store.requests.cancel(user.id, two.request_id, 30, 4)
    await store.requests.recordFinal(exampleFinal(user, two, { content: 'Hi 🦊!' }), 40)
    assert.equal((await shown(store, user, two))[0], 'Hi ')
  })

  it('cuts a running answer to what was heard when its final comes, by the first interruption', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [long, short, unnoted] = [exampleSend(), exampleSend(), exampleSend()]
    for (const send of [long, short, unnoted]) await accepted(store, user, send)
    for (const send of [long, short]) await publish(store, user, send)
    const cancel = async ({ request_id }: ChatSend, offset: number) =>
      (await store.requests.cancel(user.id, request_id, 30, offset)).outcome
    assert.deepEqual([await cancel(long, 6), await cancel(long, 2)], ['requested', 'requested'])
    assert.deepEqual([await cancel(short, 6), await cancel(unnoted, 6)], ['requested', 'ended'])
    // It had ended before anybody heard of the cancellation.
    await store.requests.recordFinal(exampleFinal(user, long, { content: 'Once there was' }), 40)
    await store.requests.recordFinal(exampleFinal(user, short, { content: 'Once' }), 40)
    await store.requests.recordFinal(exampleFinal(user, unnoted, { content: 'Once there was' }), 40)
    assert.deepEqual(await shown(store, user, long), ['Once t', 'cancelled', 'cancelled'])
    assert.deepEqual(await shown(store, user, short), ['Once', 'answered', 'stop'])
    assert.deepEqual(await shown(store, user, unnoted), ['Once t', 'cancelled', 'cancelled'])
    assert.deepEqual(await store.requests.cancel(user.id, long.request_id, 50, 1), over)
    assert.equal((await shown(store, user, long))[0], 'Once t')
  })

  it('cuts nothing of somebody else’s', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const send = await answered(store, ada, 'A secret')
    const outcome = await store.requests.cancel(ben.id, send.request_id, 30, 0)
    assert.deepEqual(outcome, { outcome: 'not_found' })
    assert.deepEqual(await shown(store, ada, send), ['A secret', 'answered', 'stop'])
  })
}
