import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { exportedConversation, exportedMessage, exportFile } from '../../../testing/accounts/export-file.ts'
import { uploadFile } from '../../../testing/accounts/upload-file.ts'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { converse } from '../../../testing/pages/open-house.ts'
import { mib, uploadCounter } from '../../accounts/limits/uploads.ts'

let house: TestHouse
let hub: TestHub
let there: TestHub
const logged: string[] = []

const config = { uploadMibPerDay: { user: 1, premium: 2, admin: 0 } }
const logger = pino({ level: 'trace' }, { write: (line) => logged.push(line) })

before(async () => {
  house = await startTestHouse({ config, logger })
  hub = house.hub
  there = await house.addHub({ databaseUrl: hub.databaseUrl, config })
})
after(() => house?.[Symbol.asyncDispose]())

const listOf = async ({ user }: SignedIn) =>
  (await hub.store.conversations.list(user.id, { limit: 50 })).items.map(({ title }) => title)

/** What the card says of the file, without its marks. */
const said = ({ body }: { body: string }): string =>
  /role="(?:status|alert)"[^>]*>(.*?)<\/p>/s.exec(body)?.[1]?.replace(/<.*>/s, '').trim() ?? 'nothing'

/** A file of about so many bytes, which is no export. */
const rubbish = (bytes: number): string => 'x'.repeat(bytes)

const send = ({ cookie }: SignedIn, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${hub.origin}/account/import`, {
    ...{ method: 'POST', body, duplex: 'half' },
    headers: { cookie, accept: 'text/html', ...headers },
  } as RequestInit)

/** The beginning of an upload that says how long it is going to be. */
async function begin({ cookie }: SignedIn, bytes: number): Promise<Socket> {
  const socket = connect(hub.port, '127.0.0.1')
  await once(socket, 'connect')
  const type = 'multipart/form-data; boundary=x'
  const head = [
    'POST /account/import HTTP/1.1',
    'Host: localhost',
    `Cookie: ${cookie}`,
    `Content-Type: ${type}`,
  ]
  socket.write([...head, 'Accept: text/html', `Content-Length: ${bytes}`, '', '--x'].join('\r\n'))
  return socket
}

suite('a file with conversations', () => {
  test('adds them to the list, and the page says how many', async () => {
    const mika = await hub.signIn('member')
    const socket = await hub.connect(mika)
    const file = exportFile([exportedConversation({ title: 'Bread <b>' }), exportedConversation()])
    const page = await uploadFile(hub, mika, file)
    assert.equal(page.status, 200)
    assert.equal(said(page), '2 conversations with 4 messages are in your list now.')
    assert.match(page.body, /Bread &lt;b&gt;/)
    assert.equal((await socket.next('chat.changed')).kind, 'changed')
    await socket.close()
    const again = await uploadFile(hub, mika, file)
    assert.equal(said(again), 'Nothing was added: all of it is here already.')
    const more = await uploadFile(
      hub,
      mika,
      exportFile([...JSON.parse(file).conversations, exportedConversation()]),
    )
    assert.equal(said(more), '1 conversation with 2 messages is in your list now. 2 were here already.')
    assert.equal((await listOf(mika)).length, 3)
    const entries = (await hub.store.audit.list({ limit: 9, act: 'conversations-imported' })).items
    assert.deepEqual(
      entries.map(({ facts }) => facts.conversations),
      [1, 0, 2],
    )
  })

  test('that is wrong in one place adds nothing, and the page says where', async () => {
    const mika = await hub.signIn('member')
    const wrong = exportedConversation({ created_at: 'yesterday' })
    const page = await uploadFile(hub, mika, exportFile([exportedConversation(), wrong]))
    assert.equal(page.status, 400)
    assert.equal(said(page), 'Nothing was added. A time of conversation 2 is none.')
    assert.match(page.body, /<form [^>]*action="\/account\/import"/)
    assert.deepEqual(await listOf(mika), [])
  })

  test('with the ids of somebody else’s conversation is a conversation of one’s own, and theirs stays', async () => {
    const [victim, attacker] = [await hub.signIn('member'), await hub.signIn('member')]
    const secret = { said: 'A secret of mine', answer: 'A secret answer' }
    const theirs = await converse(hub.store, victim.user, secret)
    const page = { limit: 9 }
    const before = await hub.store.conversations.path(victim.user.id, theirs.conversationId, page)
    const said = exportedMessage({ id: theirs.messageId, content: 'Taken over' })
    const answer = exportedMessage({ id: theirs.requestId, parent_id: said.id, role: 'assistant' })
    const file = { id: theirs.conversationId, title: 'Mine now', messages: [said, answer] }
    const taken = await uploadFile(hub, attacker, exportFile([exportedConversation(file)]))
    assert.doesNotMatch(taken.body, /secret/)
    assert.deepEqual(await listOf(attacker), ['Mine now'])
    assert.equal(await hub.store.conversations.find(attacker.user.id, theirs.conversationId), undefined)
    const now = await hub.store.conversations.path(victim.user.id, theirs.conversationId, page)
    assert.deepEqual(now, before)
    assert.deepEqual(await listOf(victim), ['A secret of mine'])
  })

  test('leaves nothing of its words in the log', async () => {
    const mika = await hub.signIn('member')
    const title = 'My secret diary'
    await uploadFile(hub, mika, exportFile([exportedConversation({ title })]))
    await uploadFile(hub, mika, exportFile([exportedConversation({ title, temperature: title })]))
    await uploadFile(hub, mika, `${title} is no JSON`)
    assert.deepEqual(await listOf(mika), [title])
    assert.ok(logged.some((line) => line.includes('/account/import')))
    assert.doesNotMatch(logged.join(''), /diary/)
  })
})

suite('a form without a file that can be read', () => {
  test('is answered on the card', async () => {
    const mika = await hub.signIn('member')
    const empty = new FormData()
    empty.append('file', new File([], ''))
    const text = new FormData()
    text.append('file', 'words')
    const multipart = { 'content-type': 'multipart/form-data; boundary=x' }
    const asked: [BodyInit, Record<string, string>, RegExp][] = [
      [empty, {}, /Choose a file first/],
      [text, {}, /Choose a file first/],
      [new URLSearchParams({ file: 'words' }), {}, /Choose a file first/],
      ['--x\r\nhalf', multipart, /The file did not come whole/],
      ['', { 'content-type': 'multipart/form-data' }, /The file did not come whole/],
      [new Blob(['--x--']).stream(), multipart, /does not say how long it is/],
    ]
    for (const [body, headers, words] of asked) {
      const answer = await send(mika, body, headers)
      assert.equal(answer.status, 400, String(words))
      assert.match(said({ body: await answer.text() }), words)
    }
  })

  test('takes up no place where its sender goes away', async () => {
    const mika = await hub.signIn('member')
    for (let turn = 0; turn < 3; turn += 1) {
      const socket = await begin(mika, 1_000)
      socket.destroy()
    }
    assert.equal((await uploadFile(hub, mika, exportFile([exportedConversation()]))).status, 200)
  })

  test('is where its answer’s address leads to', async () => {
    const { cookie } = await hub.signIn('member')
    const answer = await fetch(`${hub.origin}/account/import`, { headers: { cookie }, redirect: 'manual' })
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/account#import'])
  })

  test('is no way for guests and strangers', async () => {
    assert.equal((await uploadFile(hub, await hub.signIn('guest'), exportFile([]))).status, 403)
    assert.equal((await uploadFile(hub, { cookie: '' }, exportFile([]))).status, 401)
  })
})

suite('the limit of uploads', () => {
  test('holds over all hubs, whatever is in the files, until the day is over', async (t) => {
    holdClock(t)
    const [mika, rin] = [await hub.signIn('member'), await hub.signIn('member')]
    assert.equal((await uploadFile(hub, mika, rubbish(0.6 * mib))).status, 400)
    const counted = await hub.store.limits.read(uploadCounter(mika.user.id, Date.now()))
    assert.ok(counted > 0.6 * mib && counted < 0.6 * mib + 1_024)
    for (const at of [there, hub]) {
      const refused = await uploadFile(
        at,
        mika,
        exportFile([exportedConversation({ pad: rubbish(0.5 * mib) })]),
      )
      assert.equal(refused.status, 429)
      const seconds = Number(refused.headers.get('retry-after'))
      assert.ok(seconds >= 1 && seconds <= 86_400)
      assert.match(
        said(refused),
        /limit of 1 MiB of uploads a day is reached, and there is room again tomorrow/,
      )
    }
    assert.deepEqual(await listOf(mika), [])
    assert.equal((await uploadFile(there, mika, exportFile([exportedConversation()]))).status, 200)
    assert.equal((await uploadFile(there, rin, rubbish(0.6 * mib))).status, 400)
    assert.equal((await uploadFile(hub, await hub.signIn('owner'), rubbish(3 * mib))).status, 400)
  })

  test('takes no file that is larger than a day’s, and counts nothing of it', async (t) => {
    holdClock(t)
    const mika = await hub.signIn('member')
    const refused = await uploadFile(hub, mika, rubbish(1.1 * mib))
    assert.equal(refused.status, 413)
    assert.equal(said(refused), 'Nothing was added. The file has more than 1 MiB.')
    assert.equal(await hub.store.limits.read(uploadCounter(mika.user.id, Date.now())), 0)
    assert.equal((await uploadFile(hub, await hub.signIn('owner'), rubbish(17 * mib))).status, 413)
  })

  test('refuses what says that it is too large before any of it has come', async () => {
    const socket = await begin(await hub.signIn('owner'), 100 * mib)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1\.1 413 /)
    socket.destroy()
  })
})
