import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { answerWith, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { converse } from '../../testing/pages/open-house.ts'
import {
  publicOrigin,
  type SignInHouse,
  signInAt,
  startSignInHouse,
} from '../../testing/providers/sign-in-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { newApiKey } from '../accounts/keys/api-key.ts'
import type { Store, User } from '../store/store.ts'

const hour = 3_600_000
const greetAfterMs = 4 * hour

/** Talked about here a day ago. */
const wasHere = (store: Store, user: User, said = 'How do tides work?') =>
  converse(store, user, { said, answer: 'The moon pulls.', at: Date.now() - 24 * hour })

const conversationsOf = async (store: Store, user: User) =>
  (await store.conversations.list(user.id, { limit: 9 })).items

const connected = (...hubs: readonly TestHub[]) =>
  waitUntil('the bus is there', () => hubs.every(({ bus }) => bus.state === 'connected'))

const open = async (hub: TestHub, { cookie }: SignedIn, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${hub.origin}/`, {
    redirect: 'manual',
    headers: { cookie, accept: 'text/html', ...headers },
  })
  await answer.arrayBuffer()
  return answer.headers.get('location')
}

suite('a person who signs in', () => {
  let home: SignInHouse
  before(async () => {
    home = await startSignInHouse({ greetAfterMs })
    await connected(...home.hubs)
  })
  after(() => home?.[Symbol.asyncDispose]())

  test('is greeted once by two hubs, on the page they land on', async () => {
    const { store } = home.house.hub
    const first = home.visitor()
    await signInAt(first, 'authentik')
    const user = (await home.whoIs(first)) ?? assert.fail('Nobody is signed in')
    assert.equal((await conversationsOf(store, user)).length, 0)
    await wasHere(store, user)
    const asked: ChatRequest[] = []
    const worker = startScriptedWorker(home.house.workerBus, async (request) => {
      asked.push(request)
      return answerWith(home.house.workerBus, request, 'Hello again, Ada!')
    })
    const visitors = home.hubs.map(({ origin }) => {
      const visitor = home.visitor()
      visitor.serve(publicOrigin, origin)
      return visitor
    })
    const pages = await Promise.all(visitors.map((visitor) => signInAt(visitor, 'authentik')))
    const greeting = (await conversationsOf(store, user))[0] ?? assert.fail('Nobody was greeted')
    for (const page of pages) assert.equal(page.url.pathname, `/c/${greeting.id}`)
    await waitUntil('the greeting is stored', async () => (await contents(store, user, greeting.id)) !== '')
    assert.equal(await contents(store, user, greeting.id), 'Hello again, Ada!')
    assert.equal((await conversationsOf(store, user)).length, 2)
    assert.deepEqual(
      asked.map(({ kind, parent_id, message_id, request_id }) => [
        kind,
        parent_id,
        message_id === request_id,
      ]),
      [['greeting', null, true]],
    )
    await worker.drain()
  })
})

suite('a guest', () => {
  let house: TestHouse
  before(async () => {
    house = await startTestHouse({ config: { greetAfterMs } })
    await connected(house.hub)
  })
  after(() => house?.[Symbol.asyncDispose]())

  test('is greeted when they open the house after a while, and led to the same greeting in each tab', async () => {
    const { hub } = house
    const mika = await hub.signIn()
    assert.equal(await open(hub, mika), null)
    await wasHere(hub.store, mika.user)
    assert.equal(await open(hub, mika, { 'hx-request': 'true' }), null)
    assert.equal((await conversationsOf(hub.store, mika.user)).length, 1)
    const led = await open(hub, mika)
    const greeting = (await conversationsOf(hub.store, mika.user))[0] ?? assert.fail('Nobody was greeted')
    assert.equal(led, `/c/${greeting.id}`)
    assert.equal(await open(hub, mika), led)
    assert.equal((await conversationsOf(hub.store, mika.user)).length, 2)
  })

  test('has open pages told of the greeting, may stop it, and is led there no more once it is deleted', async (t) => {
    const { hub } = house
    const mika = await hub.signIn()
    await wasHere(hub.store, mika.user)
    const browser = await hub.connect(mika)
    t.after(() => browser.close())
    await open(hub, mika)
    const { request_id = '', conversation_id } = await browser.next('chat.changed')
    browser.send({ type: 'chat.cancel', request_id })
    await browser.next('chat.changed', ({ kind }) => kind === 'stored')
    const message = await hub.store.conversations.message(mika.user.id, conversation_id, request_id)
    assert.deepEqual([message?.state, message?.parentId], ['cancelled', null])
    await hub.store.conversations.delete(mika.user.id, conversation_id, Date.now())
    assert.equal(await open(hub, mika), null)
  })

  test('is asked for with the titles of what they talked about, and their next message without', async () => {
    const { hub, workerBus } = house
    const mika = await hub.signIn()
    await wasHere(hub.store, mika.user)
    await open(hub, mika)
    const id = (await conversationsOf(hub.store, mika.user))[0]?.id ?? ''
    const [request_id = ''] = await hub.store.conversations.openRequests(mika.user.id, id)
    const ask = (request: string) =>
      workerBus.request(subjects.historyGet, { user_id: mika.user.id, request_id: request, budget: 1_000 })
    const greeting = JSON.stringify(await ask(request_id))
    assert.match(greeting, /has just come back.*“How do tides work\?”/)
    assert.match(greeting, /"messages":\[\]/)
    const next = await converse(
      hub.store,
      mika.user,
      { said: 'I missed this' },
      { conversationId: id, parentId: request_id },
    )
    assert.doesNotMatch(JSON.stringify(await ask(next.requestId)), /has just come back/)
  })

  test('with a key for programs is greeted by nothing that key asks for', async () => {
    const { hub } = house
    const { user } = await hub.signIn('member')
    await wasHere(hub.store, user)
    const { key, prefix, hash } = newApiKey()
    const facts = { id: uuidv7(), userId: user.id, name: 'Robot', createdAt: Date.now(), expiresAt: null }
    await hub.store.apiKeys.create({ ...facts, prefix, hash, scopes: ['read-own', 'chat'] })
    const authorization = `Bearer ${key}`
    for (const path of ['/v1/sessions', '/']) await fetch(hub.origin + path, { headers: { authorization } })
    assert.equal((await conversationsOf(hub.store, user)).length, 1)
  })
})

test('a house that does not greet leaves everybody alone', async () => {
  await using house = await startTestHouse()
  await connected(house.hub)
  const mika = await house.hub.signIn()
  await wasHere(house.hub.store, mika.user)
  assert.equal(await open(house.hub, mika), null)
  assert.equal((await conversationsOf(house.hub.store, mika.user)).length, 1)
})

test('somebody whose tokens are used up, or who comes while the store is away, gets in without a greeting', async () => {
  let isAway = false
  const around = (store: Store): Store => ({
    ...store,
    requests: {
      ...store.requests,
      greet: async (input) => {
        if (isAway) throw new Error('away')
        return store.requests.greet(input)
      },
    },
  })
  const tokensPerDay = { user: 1, premium: 1, admin: 1 }
  await using house = await startTestHouse({
    around,
    config: { greetAfterMs, tokensPerDay, fixed: ['tokensPerDay'] },
  })
  const { hub } = house
  await connected(hub)
  const [spent, early] = [await hub.signIn(), await hub.signIn()]
  const day = Math.floor(Date.now() / (24 * hour)) * 24 * hour
  await hub.store.limits.add({ key: `tokens:${spent.user.id}`, windowStart: day }, 1)
  for (const { user } of [spent, early]) await wasHere(hub.store, user)
  assert.equal(await open(hub, spent), null)
  isAway = true
  assert.equal(await open(hub, early), null)
  isAway = false
  assert.notEqual(await open(hub, early), null)
})

test('a greeting that the bus does not take is given up, and no room is taken by it', async () => {
  const aroundBus = (bus: Bus): Bus =>
    Object.create(bus, {
      publish: {
        value: (subject: string, ...rest: [Uint8Array, Parameters<Bus['publish']>[2]]) =>
          subject.includes('.greeting.')
            ? Promise.reject(new Error('not permitted'))
            : bus.publish(subject, ...rest),
      },
    }) as Bus
  await using house = await startTestHouse({ aroundBus, config: { greetAfterMs } })
  const { hub } = house
  await connected(hub)
  const mika = await hub.signIn()
  await wasHere(hub.store, mika.user)
  await open(hub, mika)
  const { items } = await hub.store.conversations.list(mika.user.id, { limit: 9 })
  assert.equal(items.length, 2, 'a greeting was begun beside the earlier conversation')
  const { openRequests, findGreeting } = hub.store.conversations
  for (const { id } of items)
    await waitUntil('nothing of it is open', async () => (await openRequests(mika.user.id, id)).length === 0)
  assert.equal(await findGreeting(mika.user.id, 0), undefined, 'it is nothing to be led to')
})

test('a greeting whose message the queue lost is published again, on its own subject', async () => {
  await using house = await startTestHouse({ config: { greetAfterMs } })
  const { hub } = house
  await connected(hub)
  const mika = await hub.signIn()
  await wasHere(hub.store, mika.user)
  const id = (await open(hub, mika))?.slice('/c/'.length) ?? assert.fail('Nobody was greeted')
  const [request_id = ''] = await hub.store.conversations.openRequests(mika.user.id, id)
  const queued = () => hub.bus.lastEntry(streams.chat.name, subjects.greeting(mika.user.id, request_id))
  await waitUntil('it is in the queue', async () => (await queued()) !== undefined)
  await waitUntil(
    'the store knows',
    async () => (await hub.store.requests.find(mika.user.id, request_id))?.state === 'published',
  )
  assert.equal(await hub.store.requests.republish(mika.user.id, request_id, 0), true)
  const first = (await queued())?.seq ?? 0
  await waitUntil('it is there once more', async () => ((await queued())?.seq ?? 0) > first)
})

async function contents(store: Store, user: User, id: string): Promise<string> {
  const path = await store.conversations.path(user.id, id, { limit: 9 })
  return (path?.items ?? []).map(({ content }) => content).join('\n')
}
