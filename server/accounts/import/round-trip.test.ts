import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { formWith } from '../../../testing/accounts/upload-file.ts'
import { type PostgresServer, startPostgres } from '../../../testing/servers/postgres.ts'
import { openTemporaryStore, type TemporaryStore } from '../../../testing/store/open-temporary-store.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store, User } from '../../store/store.ts'
import {
  accepted,
  converse,
  createMember,
  exampleFinal,
  exampleSend,
  regenerateOf,
  sendAfter,
} from '../../store/suite/examples.ts'
import { exportAccount } from '../export/export-account.ts'
import { importConversations } from './import-conversations.ts'

let server: PostgresServer
let postgres: Store
let sqlite: TemporaryStore

before(async () => {
  server = await startPostgres()
  postgres = await openStore(await server.createDatabase())
  await postgres.migrate()
  sqlite = await openTemporaryStore()
})
after(async () => {
  await sqlite?.[Symbol.asyncDispose]()
  await postgres?.close()
  await server?.stop()
})

const stores = () =>
  [
    ['SQLite', sqlite.store, 'PostgreSQL', postgres],
    ['PostgreSQL', postgres, 'SQLite', sqlite.store],
  ] as const

/** All that can be in an export: branches, settings, and every way in which an answer ends, or does not. */
async function livedIn(store: Store): Promise<User> {
  const user = await createMember(store)
  const first = await converse(store, user, exampleSend({ message: 'Bread?' }), 1_000)
  const { conversation_id: id } = first
  const again = regenerateOf(first)
  await accepted(store, user, again, { now: 2_000 })
  const thoughts = { thoughts: 'Hm', finish_reason: 'length' as const }
  await store.requests.recordFinal(exampleFinal(user, again, thoughts), 2_000)
  for (const message of ['One way', 'Another way'])
    await converse(store, user, sendAfter(first, message), 3_000)
  await store.conversations.selectBranch(user.id, id, again.request_id)
  await store.conversations.update(user.id, id, {
    ...{ title: 'Bread', systemPrompt: 'Be a baker', temperature: 0.4, maxTokens: 800, model: 'small' },
  })
  const failed = exampleSend({ message: 'Fail' })
  await accepted(store, user, failed, { now: 4_000 })
  const error = { code: 'backend_failed', retryable: true, detail: 'Out of memory' }
  const { finish_reason: _, ...final } = exampleFinal(user, failed, { content: 'So f', error })
  await store.requests.recordFinal(final, 4_000)
  const mute = exampleSend({ message: 'Say nothing' })
  await accepted(store, user, mute, { now: 4_500 })
  const { finish_reason: __, ...nothing } = exampleFinal(user, mute, { content: '' })
  await store.requests.recordFinal(nothing, 4_500)
  const stopped = exampleSend({ message: 'Stop' })
  await accepted(store, user, stopped, { now: 5_000 })
  await store.requests.cancel(user.id, stopped.request_id, 5_000)
  await accepted(store, user, exampleSend({ message: 'Still open' }), { now: 6_000 })
  const regretted = await converse(store, user, exampleSend({ message: 'Regretted' }), 7_000)
  await store.conversations.delete(user.id, regretted.conversation_id, 8_000)
  return user
}

async function exported(store: Store, user: User): Promise<string> {
  let text = ''
  for await (const piece of exportAccount({ store }, user)) text += piece
  return text
}

async function bring(store: Store, user: User, file: string) {
  const form = new Response(formWith(file))
  const bytes = new Uint8Array(await form.arrayBuffer())
  const config = { maxMessageLength: 32_000 }
  return importConversations(
    { store, log: pino({ level: 'silent' }), notify: () => {}, config },
    { user, credential: null },
    { bytes, type: form.headers.get('content-type') ?? '' },
  )
}

/** A person's conversations with nothing left of their ids but how they hang together, oldest first. */
async function shapes(store: Store, { id: userId }: User) {
  const conversations = await store.exports.conversations(userId, { limit: 99 })
  const all = conversations.map(async ({ id, activeLeafId, titleSource: _, ...facts }) => {
    const messages = await store.exports.messages(userId, id, { limit: 99 })
    const place = (one: string | null) => messages.findIndex((message) => message.id === one)
    return {
      ...facts,
      leaf: place(activeLeafId),
      messages: messages.map(({ id: _, ordinal: __, parentId, ...rest }) => ({
        ...rest,
        parent: place(parentId),
      })),
    }
  })
  return (await Promise.all(all)).sort((one, other) => one.createdAt - other.createdAt)
}

const idsOf = async (store: Store, { id }: User) => {
  const conversations = await store.exports.conversations(id, { limit: 99 })
  const pages = conversations.map((one) => store.exports.messages(id, one.id, { limit: 99 }))
  return [...conversations, ...(await Promise.all(pages)).flat()].map((one) => one.id)
}

test('everything that was said moves from one house to another, and comes once', async () => {
  for (const [from, source, to, target] of stores()) {
    const before = await livedIn(source)
    const file = await exported(source, before)
    assert.doesNotMatch(file, /Regretted/)
    const user = await createMember(target)
    const { added, messages, known } = await bring(target, user, file)
    assert.deepEqual([added.length, messages, known], [5, 15, 0], `${from} to ${to}`)
    const open = { finishReason: 'cancelled', state: 'cancelled' }
    const wanted = (await shapes(source, before)).map((one) => ({
      ...one,
      messages: one.messages.map((each) => (each.state === 'ready' ? { ...each, ...open } : each)),
    }))
    assert.deepEqual(await shapes(target, user), wanted, `${from} to ${to}`)
    assert.equal(wanted[0]?.messages.length, 7)
    const theirs = new Set(await idsOf(source, before))
    assert.ok((await idsOf(target, user)).every((id) => !theirs.has(id)))
    assert.equal((await bring(target, user, file)).known, 5)
    const own = await bring(source, before, file)
    assert.deepEqual([own.added, own.known], [[], 5], 'the house has them itself')
    const [entry] = (await target.audit.list({ limit: 9, subjectId: user.id })).items.slice(-1)
    assert.deepEqual(
      [entry?.act, entry?.facts],
      ['conversations-imported', { conversations: 5, messages: 15 }],
    )
  }
})

test('an export of a house before it told how answers ended is taken as well', async () => {
  const source = await livedIn(sqlite.store)
  const document = JSON.parse(await exported(sqlite.store, source))
  for (const { messages } of document.conversations)
    for (const message of messages) for (const name of ['state', 'error', 'timings']) delete message[name]
  const user = await createMember(sqlite.store)
  await bring(sqlite.store, user, JSON.stringify(document))
  const answers = (await shapes(sqlite.store, user)).flatMap(({ messages }) =>
    messages
      .filter(({ role }) => role === 'assistant')
      .map(({ state, content }) => `${state} ${content !== ''}`),
  )
  assert.deepEqual(answers.sort(), [...Array(5).fill('answered true'), ...Array(3).fill('cancelled false')])
})

test('what was said since the last file comes as a conversation of its own, and nothing is lost', async () => {
  const source = await createMember(sqlite.store)
  const first = await converse(sqlite.store, source, exampleSend({ message: 'Bread?' }))
  const user = await createMember(sqlite.store)
  await bring(sqlite.store, user, await exported(sqlite.store, source))
  await sqlite.store.conversations.update(source.id, first.conversation_id, { title: 'Renamed since' })
  assert.equal((await bring(sqlite.store, user, await exported(sqlite.store, source))).known, 1)
  await converse(sqlite.store, source, sendAfter(first, 'And now?'))
  const grown = await bring(sqlite.store, user, await exported(sqlite.store, source))
  assert.deepEqual([grown.added.length, grown.messages, grown.known], [1, 4, 0])
})
