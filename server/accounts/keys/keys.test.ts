import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { newSend, startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { ApiKeyStore } from '../../store/api-keys.ts'
import type { User } from '../../store/store.ts'
import { hashToken, newToken } from '../sessions/tokens.ts'
import { isApiKey, newApiKey } from './api-key.ts'
import { noteKeyUseEveryMs, useApiKey } from './use-key.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

interface MadeKey {
  readonly id: string
  readonly key: string
  readonly user: User
  readonly cookie: string
}

async function makeKey(scopes: readonly string[], expiresAt: number | null = null): Promise<MadeKey> {
  const { user, cookie } = await house.hub.signIn('member')
  const { key, prefix, hash } = newApiKey()
  const facts = { id: uuidv7(), userId: user.id, name: 'Robot', createdAt: Date.now() }
  await house.hub.store.apiKeys.create({ ...facts, prefix, hash, scopes, expiresAt })
  return { id: facts.id, key, user, cookie }
}

const by = (key: string) => ({ authorization: `Bearer ${key}` })

async function status(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const answer = await fetch(`${house.hub.origin}${path}`, { method, headers, redirect: 'manual' })
  await answer.arrayBuffer()
  return answer.status
}

const open = (headers: Record<string, string>) =>
  openBrowserSocket(house.hub.origin, { origin: null, headers })

suite('a key over HTTP', () => {
  test('opens what its scopes say and nothing else', async () => {
    const reader = await makeKey(['read-own'])
    const writer = await makeKey(['chat'])
    assert.equal(await status('/v1/sessions', by(reader.key)), 200)
    assert.equal(await status('/v1/sessions', by(writer.key)), 403)
  })

  test('opens no page, whatever its scopes and however the address is written', async () => {
    const { key } = await makeKey(['read-own', 'chat'])
    const { cookie } = await house.hub.signIn('member')
    for (const path of ['/', `/c/${uuidv7()}`, '/sign-in', '/owner/none', '/v1%2f..%2f', '/v1/../c']) {
      const answer = await status(path, by(key))
      assert.ok(answer === 403 || answer === 404, `${path} ${answer}`)
    }
    assert.equal(await status('/', { ...by(key), cookie }), 403)
    assert.equal(await status(`/c/${uuidv7()}`, by(key), 'DELETE'), 403)
  })

  test('is refused when it is made up, expired or revoked, even beside a good cookie', async () => {
    const { cookie } = await house.hub.signIn('member')
    const expired = await makeKey(['read-own'], Date.now() - 1)
    const revoked = await makeKey(['read-own'])
    await house.hub.store.apiKeys.revoke(revoked.user.id, revoked.id, Date.now())
    for (const key of [newApiKey().key, 'cmp_short', expired.key, revoked.key]) {
      assert.equal(await status('/v1/sessions', by(key)), 401, key)
      assert.equal(await status('/v1/sessions', { ...by(key), cookie }), 401, key)
    }
  })

  test('is not what another header of that name holds, so a proxy’s own password changes nothing', async () => {
    const { cookie } = await house.hub.signIn('member')
    for (const authorization of ['Basic YTpi', 'Bearer eyJhbGciOiJub25lIn0.e30.', ''])
      assert.equal(await status('/v1/sessions', { authorization, cookie }), 200, authorization)
  })

  test('works from anywhere', async () => {
    const { key } = await makeKey(['read-own'])
    const foreign = { ...by(key), origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
    assert.equal(await status('/v1/sessions', foreign), 200)
  })
})

test('keys cannot be tried out: an address that brings many wrong ones has to wait', async () => {
  await using strict = await house.addHub({ config: { attemptsPerMinute: 3 } })
  const answers: Response[] = []
  // The minute may turn on the way, and no more than once.
  for (const _ of Array(8).keys())
    answers.push(await fetch(`${strict.origin}/v1/sessions`, { headers: by(newApiKey().key) }))
  assert.ok(answers.some(({ status }) => status === 401))
  const late = answers.find(({ status }) => status === 429) ?? assert.fail('Nothing was limited')
  assert.ok(Number(late.headers.get('retry-after')) > 0)
})

suite('a key at the socket', () => {
  test('lets a program in without an Origin, and speak where its scopes say so', async () => {
    const { key } = await makeKey(['chat', 'read-own'])
    const socket = await open(by(key))
    socket.hello()
    await socket.next('welcome')
    const sent = newSend('Hello from a program')
    socket.send(sent)
    const accepted = await socket.next('chat.accepted')
    assert.equal(accepted.request_id, sent.request_id)
    await socket.close()
  })

  test('does not let a program speak that may only read', async () => {
    const { key } = await makeKey(['read-own'])
    const socket = await open(by(key))
    socket.hello()
    await socket.next('welcome')
    socket.send(newSend('Hello'))
    assert.equal((await socket.next('error')).code, 'not_allowed')
    await socket.close()
  })

  test('is refused before the upgrade when it is not good, and beside a cookie from another page', async () => {
    const { cookie } = await house.hub.signIn('member')
    const { key } = await makeKey(['chat'])
    await assert.rejects(open(by(newApiKey().key)), /401/)
    await assert.rejects(open({ ...by(key), cookie }), /403/)
  })

  test('that is revoked closes the sockets it opened, and no others of that person', async () => {
    const { key, id, user, cookie } = await makeKey(['chat'])
    const second = newApiKey()
    const facts = { id: uuidv7(), userId: user.id, name: 'Other', createdAt: Date.now(), expiresAt: null }
    const { prefix, hash } = second
    await house.hub.store.apiKeys.create({ ...facts, prefix, hash, scopes: ['chat'] })
    const [closing, staying] = [await open(by(key)), await open(by(second.key))]
    const revoked = await askPage(house.hub, `/account/keys/${id}/revoke`, { cookie }, {})
    assert.equal(revoked.status, 200)
    assert.deepEqual(await closing.closed, { code: 4510, reason: 'not_signed_in' })
    staying.hello()
    await staying.next('welcome')
    await staying.close()
  })
})

suite('looking a key up', () => {
  const made = newApiKey()
  const user: User = {
    ...{ id: uuidv7(), name: 'Mika', kind: 'member', role: 'user' },
    ...{ email: null, createdAt: 1 },
  }

  /** A store with one key, that notes what it is asked, and finds it whatever the hash where `sloppy`. */
  function fakeKeys({ sloppy = false, lastUsedAt = null as number | null } = {}) {
    const asked: string[] = []
    const noted: number[] = []
    const key = {
      ...{ id: uuidv7(), userId: user.id, prefix: made.prefix, name: 'Robot', scopes: ['chat'] },
      ...{ createdAt: 1, expiresAt: null, revokedAt: null, lastUsedAt },
    }
    const keys: Pick<ApiKeyStore, 'find' | 'noteUse'> = {
      find: async (hash) => {
        asked.push(hash)
        return sloppy || hash === made.hash ? { key, hash: made.hash, user } : undefined
      },
      noteUse: async (_id, { now }) => {
        noted.push(now)
      },
    }
    return { keys: keys as ApiKeyStore, asked, noted }
  }

  test('hands the store nothing but a hash, and nothing at all for what cannot be a key', async () => {
    const { keys, asked } = fakeKeys()
    assert.equal((await useApiKey(keys, made.key, 10))?.user, user)
    assert.deepEqual(asked, [hashToken(made.key)])
    for (const text of ['', 'cmp_', newToken(), `${made.key}x`, made.prefix])
      assert.equal(await useApiKey(keys, text, 10), undefined)
    assert.equal(asked.length, 1)
  })

  test('does not believe a store that finds another hash equal', async () => {
    const { keys } = fakeKeys({ sloppy: true })
    assert.equal(await useApiKey(keys, newApiKey().key, 10), undefined)
  })

  test('notes the last use at most once a minute', async () => {
    const [recent, older] = [fakeKeys({ lastUsedAt: 1_000 }), fakeKeys({ lastUsedAt: 1_000 })]
    await useApiKey(recent.keys, made.key, 1_000 + noteKeyUseEveryMs - 1)
    await useApiKey(older.keys, made.key, 1_000 + noteKeyUseEveryMs)
    assert.deepEqual([recent.noted, older.noted], [[], [1_000 + noteKeyUseEveryMs]])
  })

  test('knows a key by its mark, with 256 random bits behind it', () => {
    assert.match(made.key, /^cmp_[\w-]{43}$/)
    assert.ok(isApiKey(made.key))
    assert.ok(made.key.startsWith(made.prefix) && made.prefix.length === 8)
    assert.notEqual(newApiKey().key, made.key)
  })
})
