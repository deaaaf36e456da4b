import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import type { HistoryAnswer } from '../../bus/contract/history.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startAnsweringWorker, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { defaultCompanion } from '../companions/default-companion.ts'
import { logAgeMs, purgeLogs } from './purge.ts'

const stage = useTestHouse()

const askHistory = (user_id: string, request_id: string, budget = 10_000) =>
  stage.house.workerBus.request(subjects.historyGet, {
    user_id,
    request_id,
    budget,
  }) as Promise<HistoryAnswer>

/** Answers requests for a title until the test is over, however it ends: others would go to who is left. */
async function answerTitles(
  t: TestContext,
  answer: (question: { messages: { content: string }[] }) => Promise<{ title: string }>,
): Promise<void> {
  const titles = stage.house.workerBus.respond(subjects.title, 'workers', (question) =>
    answer(question as Parameters<typeof answer>[0]),
  )
  t.after(() => titles.unsubscribe())
  await titles.active
}

/** Answers everything with these words until the test is over. */
function answerAll(t: TestContext, words: string): void {
  const worker = startAnsweringWorker(stage.house.workerBus, words)
  t.after(() => worker.drain())
}

test('a worker is told the state of a request, the conversation before it and who is speaking', async () => {
  const { person: mika, browser } = await stage.enter()
  const send = newSend('Who are you?')
  browser.send(send)
  await browser.next('chat.accepted')
  await waitUntil(
    'it is published',
    async () => (await askHistory(mika.user.id, send.request_id)).state === 'published',
  )
  const history = await askHistory(mika.user.id, send.request_id)
  assert.deepEqual(history.messages, [{ role: 'user', content: 'Who are you?' }])
  assert.deepEqual(history.companion, {
    name: defaultCompanion.name,
    system_prompt: defaultCompanion.systemPrompt,
  })
  await stage.hub.store.conversations.update(mika.user.id, send.conversation_id, {
    systemPrompt: 'Be brief.',
  })
  assert.equal((await askHistory(mika.user.id, send.request_id)).companion.system_prompt, 'Be brief.')
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  await waitUntil(
    'it is cancelled',
    async () => (await askHistory(mika.user.id, send.request_id)).state === 'cancelled',
  )
  assert.equal((await askHistory(uuidv7(), send.request_id)).state, 'gone')
  await browser.close()
})

test('a worker that asks nonsense is told so', async () => {
  await assert.rejects(stage.house.workerBus.request(subjects.historyGet, { request_id: 'x' }), {
    code: 'request_invalid',
  })
})

test('a long conversation’s answer fits a message on the bus', async () => {
  const { person: mika, browser } = await stage.enter()
  const worker = startAnsweringWorker(stage.house.workerBus, '語'.repeat(190_000))
  let last = newSend('語'.repeat(30_000))
  for (let turn = 0; turn < 3; turn += 1) {
    const { request_id, conversation_id } = last
    browser.send(last)
    await browser.next(
      'chat.changed',
      (changed) => changed.kind === 'stored' && changed.request_id === request_id,
    )
    last = newSend('語'.repeat(30_000), { conversation_id, parent_id: request_id })
  }
  await worker.drain()
  browser.send(last)
  await browser.next('chat.accepted', ({ request_id }) => request_id === last.request_id)
  const { messages } = await askHistory(mika.user.id, last.request_id, 2_000_000)
  assert.equal(messages.at(-1)?.content.length, 30_000)
  assert.ok(messages.length < 7)
  await browser.close()
})

test('a conversation gets its title from a worker in the background', async (t) => {
  await answerTitles(t, async () => ({ title: ' "Old harbours"\nBecause…' }))
  answerAll(t, 'By the water.')
  const { person: mika, browser } = await stage.enter()
  const send = newSend('Take me for a walk through an old harbour.')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'changed')
  const conversation = await stage.hub.store.conversations.find(mika.user.id, send.conversation_id)
  assert.deepEqual([conversation?.title, conversation?.titleSource], ['Old harbours', 'model'])
  await browser.close()
})

test('a title has words and none of the marks of Markdown', async (t) => {
  const examples = [
    ['Here is **code**:', 'Here is code'],
    ['## *Old* `snake_case` and C#', 'Old snake_case and C#'],
    ['- Where `__init__` is', 'Where __init__ is'],
    ['Half `a span', 'Half a span'],
    ['2 * 3', '2 * 3'],
  ] as const
  const titles = examples.map(([title]) => title)
  await answerTitles(t, async () => ({ title: titles.shift() ?? '' }))
  answerAll(t, 'By the water.')
  const { person: mika, browser } = await stage.enter()
  for (const [, shown] of examples) {
    const send = newSend('Take me for a walk through an old harbour.')
    browser.send(send)
    await browser.next('chat.changed', ({ kind }) => kind === 'changed')
    const conversation = await stage.hub.store.conversations.find(mika.user.id, send.conversation_id)
    assert.equal(conversation?.title, shown)
  }
  await browser.close()
})

test('a conversation in which much was said quickly is titled by what was said first', async (t) => {
  const asked = Promise.withResolvers<string[]>()
  await answerTitles(t, async ({ messages }) => {
    asked.resolve(messages.map(({ content }) => content))
    return { title: 'Quick words' }
  })
  const { browser } = await stage.enter()
  const first = newSend('First')
  const sends: ChatSendFrame[] = [first]
  for (const words of ['Second', 'Third', 'Fourth']) {
    const before = sends.at(-1)?.request_id ?? ''
    sends.push({ ...newSend(words), conversation_id: first.conversation_id, parent_id: before })
  }
  for (const send of sends) {
    browser.send(send)
    await browser.next('chat.accepted')
  }
  answerAll(t, 'Yes.')
  assert.equal((await asked.promise)[0], 'First')
  await browser.close()
})

test('the log of a stored reply stays for five minutes and is then taken off the bus', async (t) => {
  const worker = startScriptedWorker(stage.house.workerBus, async (request) => {
    const log = await beginLog(stage.house.workerBus, request)
    await log.finish()
    return undefined
  })
  t.after(() => worker.drain())
  const { person: mika, browser } = await stage.enter()
  const send = newSend('Keep it for a while')
  const before = Date.now()
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const after = Date.now()
  const last = () => stage.hub.bus.lastEntry('AI_CHAT_STREAM', subjects.stream(mika.user.id, send.request_id))
  await purgeLogs(stage.hub, before + logAgeMs)
  assert.notEqual(await last(), undefined)
  await purgeLogs(stage.hub, after + logAgeMs + 1)
  assert.equal(await last(), undefined)
  const purgeable = await stage.hub.store.requests.purgeableLogs(after + 1, 100)
  assert.ok(!purgeable.some(({ requestId }) => requestId === send.request_id))
  await browser.close()
})

test('a title that nobody can make is left, and the conversation keeps its first', async (t) => {
  const asked = Promise.withResolvers<void>()
  await answerTitles(t, async () => {
    asked.resolve()
    throw new CodedError('backend_stalled')
  })
  answerAll(t, 'By the water.')
  const { person: mika, browser } = await stage.enter()
  const send = newSend('An untitled walk')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  await asked.promise
  browser.send({ type: 'ping', id: 1 })
  await browser.next('pong')
  const conversation = await stage.hub.store.conversations.find(mika.user.id, send.conversation_id)
  assert.deepEqual([conversation?.title, conversation?.titleSource], ['An untitled walk', 'first'])
  await browser.close()
})

test('a conversation deleted past its undo window leaves nothing on the bus', async () => {
  const { person: mika, browser } = await stage.enter()
  const send = newSend('Forget this')
  browser.send(send)
  const published = await waitUntil('it is published', async () => {
    const row = await stage.hub.store.requests.find(mika.user.id, send.request_id)
    return row?.seq ?? undefined
  })
  await beginLog(stage.house.workerBus, {
    ...{ kind: 'send', request_id: send.request_id, conversation_id: send.conversation_id, parent_id: null },
    ...{ message_id: send.message_id, user_id: mika.user.id, username: 'Mika', premium: false },
    ...{ attempt_floor: 0, timestamp: 0 },
  })
  await stage.hub.store.conversations.delete(mika.user.id, send.conversation_id, Date.now() - 60_000)
  await waitUntil('the queue and the log are empty', async () => {
    const log = await stage.hub.bus.lastEntry(
      'AI_CHAT_STREAM',
      subjects.stream(mika.user.id, send.request_id),
    )
    return log === undefined && !(await stage.hub.bus.holds('COMPANIONS_CHAT', published))
  })
  assert.equal(await stage.hub.store.requests.find(mika.user.id, send.request_id), undefined)
  await browser.close()
})
