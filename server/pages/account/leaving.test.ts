import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encode } from '../../../bus/contract/codec.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { streams } from '../../../bus/contract/streams.ts'
import { subjects } from '../../../bus/contract/subjects.ts'
import { callApi } from '../../../bus/nats/api.ts'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { openRawConnection } from '../../../testing/bus/raw-nats.ts'
import { newSend, startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { converse } from '../../../testing/pages/open-house.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

const ask = (path: string, who: { cookie: string }, form?: Record<string, string>) =>
  askPage(hub, path, who, form)

/** Says something, and waits until the house has it. */
async function say(who: SignedIn, message: string): Promise<void> {
  const socket = await hub.connect(who)
  const sent = newSend(message)
  socket.send(sent)
  await socket.next('chat.accepted', (frame) => frame.request_id === sent.request_id)
  await socket.close()
}

test('the export has everything of a person, all branches, and nothing that opens a door', async () => {
  const mika = await hub.signIn('member')
  const other = await hub.signIn('member')
  const root = { conversationId: uuidv7(), parentId: null }
  for (const count of Array(205).keys())
    await converse(hub.store, mika.user, { said: `Branch ${count} “quoted”\n`, answer: 'So be it.' }, root)
  for (const count of Array(60).keys())
    await converse(hub.store, mika.user, { said: `Message ${count}`, answer: 'Yes.' })
  await converse(hub.store, other.user, { said: 'A secret of somebody else' })
  const made = await ask('/account/keys', mika, { name: 'Robot', days: '', 'scope-chat': '1' })
  const key = /cmp_[\w-]{43}/.exec(made.body)?.[0] ?? ''
  const { body, headers, status } = await ask('/account/export', mika, {})
  assert.equal(status, 200)
  assert.match(
    headers.get('content-disposition') ?? '',
    /^attachment; filename="companions-[\d-]{10}\.json"$/,
  )
  const whole = JSON.parse(body)
  assert.deepEqual([whole.account.id, whole.account.name], [mika.user.id, 'Mika'])
  assert.equal(whole.conversations.length, 61)
  const said: string[] = whole.conversations.flatMap(
    (one: { messages: { role: string; content: string }[] }) =>
      one.messages.filter(({ role }) => role === 'user').map(({ content }) => content),
  )
  const expected = [
    ...Array.from({ length: 205 }, (_, count) => `Branch ${count} “quoted”\n`),
    ...Array.from({ length: 60 }, (_, count) => `Message ${count}`),
  ]
  assert.deepEqual(said.toSorted(), expected.toSorted())
  assert.equal(body.match(/So be it\./g)?.length, 205)
  assert.equal(whole.api_keys[0].name, 'Robot')
  assert.equal(whole.sessions.length, 1)
  assert.ok(whole.history.some(({ act }: { act: string }) => act === 'account-exported'))
  assert.doesNotMatch(body, /secret/)
  assert.doesNotMatch(body, new RegExp(`${key}|hash|token_|${mika.cookie.split('=')[1]}`))
})

test('an account is deleted only by the words, and then from store, bus and sockets', async (t) => {
  const raw = await openRawConnection(t, house.nats.url)
  const onTheBus = async ({ user }: SignedIn): Promise<string[]> => {
    const infos = await Promise.all(
      Object.values(streams).map(({ name }) =>
        callApi<{ state: { subjects?: Record<string, number> } }>(raw, `STREAM.INFO.${name}`, {
          subjects_filter: '>',
        }),
      ),
    )
    const all = infos.flatMap(({ state }) => Object.keys(state.subjects ?? {}))
    return all.filter((subject) => subject.includes(user.id)).toSorted()
  }
  const mika = await hub.signIn('member')
  const other = await hub.signIn('member')
  await say(mika, 'Forget me')
  await say(other, 'Keep me')
  const requestId = uuidv7()
  for (const { user } of [mika, other])
    await hub.bus.publish(subjects.stream(user.id, requestId), encode({}), { messageId: uuidv7() })
  for (const who of [mika, other])
    await waitUntil('both have two things on the bus', async () => (await onTheBus(who)).length === 2)
  const socket = await hub.connect(mika)
  assert.equal((await ask('/account/delete', mika, { confirm: 'delete' })).status, 422)
  assert.ok(await hub.store.accounts.findUser(mika.user.id))
  const gone = await ask('/account/delete', mika, { confirm: ' Delete my account ' })
  assert.equal(gone.headers.get('hx-redirect'), '/sign-in?problem=account_deleted')
  assert.equal((await socket.closed).code, 4510)
  assert.equal(await hub.store.accounts.findUser(mika.user.id), undefined)
  assert.equal((await ask('/v1/sessions', mika)).status, 401)
  assert.deepEqual(await hub.store.exports.conversations(mika.user.id, { limit: 5 }), [])
  assert.equal((await hub.store.exports.conversations(other.user.id, { limit: 5 })).length, 1)
  assert.deepEqual(await onTheBus(mika), [])
  const theirs = [subjects.stream(other.user.id, requestId), subjects.message(other.user.id)]
  assert.deepEqual(await onTheBus(other), theirs)
})
