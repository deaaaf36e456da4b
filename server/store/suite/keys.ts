import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { maxApiKeysPerUser, maxEndedApiKeysPerUser } from '../api-keys.ts'
import { maxPasskeysPerUser, type NewPasskey } from '../passkeys.ts'
import type { User } from '../store.ts'
import { createMember, told } from './examples.ts'
import type { It } from './ground.ts'

const examplePasskey = (credentialId: string): NewPasskey => ({
  ...{ credentialId, publicKey: 'a2V5', counter: 1, backedUp: false, name: 'Laptop' },
  transports: ['internal', 'hybrid'],
})

const exampleKey = (user: User, hash: string, expiresAt: number | null = null) => ({
  ...{ id: uuidv7(), userId: user.id, prefix: 'cmp_abcd', hash, name: 'Robot', scopes: ['chat'] },
  ...{ createdAt: 10, expiresAt },
})

const atHome = { rpId: 'home.example', issuers: ['https://id.example'], recoveryCodes: true }

export function testKeys(it: It): void {
  it('keeps passkeys, counts their uses up and never back, and never takes the last away', async (ground) => {
    const store = await ground.open()
    const { passkeys } = store
    const user = await createMember(store)
    assert.equal(await passkeys.add(user.id, examplePasskey('one'), 10), true)
    const found = await passkeys.find('one')
    assert.deepEqual(found, {
      user,
      passkey: { ...examplePasskey('one'), userId: user.id, createdAt: 10, lastUsedAt: null, rpId: null },
    })
    const stranger = await createMember(store, { name: 'Eve' })
    assert.equal(await passkeys.add(stranger.id, examplePasskey('one'), 11), false)
    await passkeys.noteUse('one', { counter: 5, backedUp: true, rpId: 'home.example', now: 20 })
    await passkeys.noteUse('one', { counter: 4, backedUp: false, rpId: 'other.example', now: 30 })
    const [used] = await passkeys.list(user.id)
    assert.deepEqual(
      [used?.counter, used?.backedUp, used?.lastUsedAt, used?.rpId],
      [5, true, 20, 'home.example'],
    )
    assert.equal(await passkeys.rename(stranger.id, 'one', 'Mine'), false)
    assert.equal(await passkeys.rename(user.id, 'one', 'Phone'), true)
    assert.equal(await passkeys.remove(stranger.id, 'one', atHome), 'none')
    assert.equal(await passkeys.remove(user.id, 'one', atHome), 'last')
    for (let count = 1; count < maxPasskeysPerUser; count += 1)
      assert.equal(await passkeys.add(user.id, examplePasskey(`key ${count}`), 11), true)
    assert.equal(await passkeys.add(user.id, examplePasskey('too many'), 11), false)
    await passkeys.add(stranger.id, { ...examplePasskey('named'), rpId: 'home.example' }, 12)
    assert.equal((await passkeys.find('named'))?.passkey.rpId, 'home.example')
    assert.equal(await passkeys.remove(user.id, 'one', atHome), 'removed')
    await store.accounts.disable(user.id, 40)
    assert.equal(await passkeys.find('key 1'), undefined)
  })

  it('takes a passkey that works no more away from beside one that does, and never the other way round', async (ground) => {
    const store = await ground.open()
    const { passkeys, identities } = store
    const user = await createMember(store)
    const add = (name: string, rpId: string | null) =>
      passkeys.add(user.id, { ...examplePasskey(name), rpId }, 10)
    await add('here', 'home.example')
    await add('elsewhere', 'old.example')
    assert.equal(await passkeys.remove(user.id, 'here', atHome), 'last')
    await add('unnamed', null)
    assert.equal(await passkeys.remove(user.id, 'here', atHome), 'removed', 'the unnamed one may work')
    assert.equal(await passkeys.remove(user.id, 'unnamed', atHome), 'last')
    const identity = { issuer: 'https://gone.example', subject: 's', email: null, emailVerified: false }
    await identities.link({ ...identity, label: 'Mia' }, user.id, 10)
    assert.equal(await passkeys.remove(user.id, 'unnamed', atHome), 'last')
    assert.equal(await passkeys.remove(user.id, 'elsewhere', atHome), 'removed')
    assert.equal(await identities.unlink(user.id, identity, atHome), 'unlinked')
    await identities.link({ ...identity, issuer: 'https://id.example', label: 'Mia' }, user.id, 10)
    assert.equal(await passkeys.remove(user.id, 'unnamed', atHome), 'removed')
    const nothing = { rpId: undefined, issuers: [], recoveryCodes: false }
    const last = { issuer: 'https://id.example', subject: 's' }
    assert.equal(await identities.unlink(user.id, last, nothing), 'last', 'also where nothing is offered')
  })

  it('signs somebody up with a passkey', async (ground) => {
    const store = await ground.open()
    const proof = { passkey: examplePasskey('first') }
    const who = { name: 'Ben', role: 'user', email: null, userId: uuidv7(), proof, now: 5 } as const
    const made = await store.identities.signUp(who)
    assert.equal(made.outcome, 'created')
    assert.equal((await store.passkeys.find('first'))?.user.name, 'Ben')
    const other = uuidv7()
    await assert.rejects(store.identities.signUp({ ...who, userId: other }), { code: 'conflict' })
    assert.equal(await store.accounts.findUser(other), undefined, 'nobody is made without a way in')
  })

  it('takes a recovery code once, and none of the earlier set', async (ground) => {
    const [store, other] = [await ground.open(), await ground.open()]
    const user = await createMember(store)
    await store.recoveryCodes.replace(user.id, ['old'], 10)
    await store.recoveryCodes.replace(user.id, ['c1', 'c2', 'c3'], 11)
    assert.equal(await store.recoveryCodes.use('old', 12), undefined)
    assert.deepEqual(
      [await store.recoveryCodes.findUser('old'), await store.recoveryCodes.findUser('c1')],
      [undefined, user.id],
    )
    const uses = await Promise.all([store.recoveryCodes.use('c1', 12), other.recoveryCodes.use('c1', 12)])
    assert.deepEqual(uses.filter(Boolean), [user.id])
    assert.equal(await store.recoveryCodes.countUnused(user.id), 2)
    await store.accounts.disable(user.id, 13)
    assert.equal(await store.recoveryCodes.findUser('c2'), undefined)
    assert.equal(await store.recoveryCodes.use('c2', 14), undefined)
  })

  it('finds an API key while it is in force, and tells the hubs when it is revoked', async (ground) => {
    const store = await ground.open()
    const { apiKeys } = store
    const user = await createMember(store)
    const { hash, ...key } = exampleKey(user, 'h1', 100)
    assert.equal(await apiKeys.create({ hash, ...key }), true)
    assert.deepEqual(await apiKeys.find('h1', 99), {
      user,
      hash,
      key: { ...key, lastUsedAt: null, revokedAt: null },
    })
    assert.equal(await apiKeys.find('h1', 100), undefined)
    assert.equal(await apiKeys.find('h2', 99), undefined)
    await apiKeys.noteUse(key.id, { now: 50, unlessAfter: 40 })
    await apiKeys.noteUse(key.id, { now: 55, unlessAfter: 45 })
    assert.equal((await apiKeys.list(user.id))[0]?.lastUsedAt, 50)
    assert.deepEqual(await apiKeys.living([key.id, uuidv7()], 60), [{ id: key.id, user }])
    const stranger = await createMember(store, { name: 'Eve' })
    assert.equal(await apiKeys.revoke(stranger.id, key.id, 60), false)
    assert.equal(await apiKeys.revoke(user.id, key.id, 60), true)
    assert.equal(await apiKeys.revoke(user.id, key.id, 61), false)
    assert.equal(await apiKeys.find('h1', 62), undefined)
    assert.deepEqual(await apiKeys.living([key.id], 62), [])
    assert.deepEqual(await told(store), [['ended', [key.id]]])
  })

  it('holds a bounded number of API keys in force for each person', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    for (let count = 0; count < maxApiKeysPerUser; count += 1)
      assert.equal(await store.apiKeys.create(exampleKey(user, `hash ${count}`)), true)
    assert.equal(await store.apiKeys.create(exampleKey(user, 'one more')), false)
    const [one] = await store.apiKeys.list(user.id)
    await store.apiKeys.revoke(user.id, one?.id ?? '', 20)
    assert.equal(await store.apiKeys.create(exampleKey(user, 'one more')), true)
  })

  it('keeps those API keys that ended last, revoked or expired, and all that are in force', async (ground) => {
    const store = await ground.open()
    const { apiKeys } = store
    const user = await createMember(store)
    const make = async (name: string, expiresAt: number | null, createdAt: number) => {
      const key = { ...exampleKey(user, name, expiresAt), name, createdAt }
      assert.equal(await apiKeys.create(key), true, name)
      return key.id
    }
    await make('in force', null, 1)
    const early = await make('revoked late', null, 2)
    await make('expired first', 5, 3)
    for (let count = 0; count < maxEndedApiKeysPerUser; count += 1)
      await apiKeys.revoke(user.id, await make(`revoked ${count}`, null, 10 + count), 10 + count)
    await apiKeys.revoke(user.id, early, 50)
    await make('newest', null, 60)
    const names = (await apiKeys.list(user.id)).map(({ name }) => name)
    assert.equal(names.length, 2 + maxEndedApiKeysPerUser)
    assert.deepEqual(
      ['in force', 'newest', 'revoked late', 'revoked 1'].filter((name) => !names.includes(name)),
      [],
    )
    assert.deepEqual(
      ['expired first', 'revoked 0'].filter((name) => names.includes(name)),
      [],
    )
  })
}
