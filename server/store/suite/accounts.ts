import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { User } from '../store.ts'
import type { OfferedWays } from '../ways-in.ts'
import { converse, createMember, createPerson, exampleSend } from './examples.ts'
import type { It } from './ground.ts'

export function testAccounts(it: It): void {
  it('finds a user as made, and none by another id', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store, 'Zoë')
    const account = { ...user, disabledAt: null }
    assert.deepEqual(await store.accounts.findUser(user.id), account)
    await store.accounts.createUser({ ...user, name: 'again' })
    assert.deepEqual(await store.accounts.findUser(user.id), account)
    assert.equal(await store.accounts.findUser(uuidv7()), undefined)
  })

  it('deletes guests who never said anything and did not come back, a bounded number at a time', async (ground) => {
    const store = await ground.open()
    const { accounts } = store
    const make = async (kind: User['kind'], createdAt: number, sessionEnd?: number) => {
      const user: User = { id: uuidv7(), name: 'Guest', kind, role: 'user', email: null, createdAt }
      await accounts.createUser(user)
      const session = { tokenHash: user.id, id: uuidv7(), userId: user.id, createdAt }
      if (sessionEnd !== undefined) await store.sessions.create({ ...session, expiresAt: sessionEnd })
      return user
    }
    const silent = [await make('guest', 5), await make('guest', 6, 499), await make('guest', 7)]
    const talked = await make('guest', 5)
    await converse(store, talked, exampleSend())
    const spared = [talked, await make('guest', 100), await make('guest', 5, 500), await make('owner', 5)]
    const unused = { createdBefore: 100, sessionsEndBefore: 500, limit: 2 }
    assert.equal(await accounts.deleteUnusedGuests(unused), 2)
    assert.equal(await accounts.deleteUnusedGuests(unused), 1)
    assert.equal(await accounts.deleteUnusedGuests(unused), 0)
    for (const { id } of silent) assert.equal(await accounts.findUser(id), undefined)
    for (const { id } of spared) assert.equal((await accounts.findUser(id))?.id, id)
  })

  it('has an id of its own that lasts and is the same for every hub', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const id = await one.readId()
    assert.match(id, /^[0-9a-f]{8}$/)
    assert.equal(await other.readId(), id)
  })

  it('makes the owner at the first use of a link, and finds the same one at the next', async (ground) => {
    const { accounts } = await ground.open()
    await accounts.createOwnerLink({ tokenHash: 'first', expiresAt: 100 })
    const owner = await accounts.claimOwnerLink('first', 10)
    assert.deepEqual([owner?.kind, owner?.role], ['owner', 'admin'])
    assert.equal(await accounts.claimOwnerLink('first', 11), undefined)
    await accounts.createOwnerLink({ tokenHash: 'second', expiresAt: 100 })
    assert.deepEqual(await accounts.claimOwnerLink('second', 12), owner)
  })

  it('refuses an owner link that is wrong, old, or followed by a newer one', async (ground) => {
    const { accounts } = await ground.open()
    assert.equal(await accounts.claimOwnerLink('none', 10), undefined)
    await accounts.createOwnerLink({ tokenHash: 'earlier', expiresAt: 100 })
    await accounts.createOwnerLink({ tokenHash: 'later', expiresAt: 100 })
    assert.equal(await accounts.claimOwnerLink('earlier', 10), undefined)
    assert.equal(await accounts.claimOwnerLink('later', 100), undefined)
    assert.equal((await accounts.claimOwnerLink('later', 99))?.kind, 'owner')
  })

  it('says whether an admin can come in without the owner link', async (ground) => {
    const store = await ground.open()
    const { accounts, recoveryCodes, passkeys, identities } = store
    const passkey = { publicKey: 'k', counter: 0, transports: [], backedUp: false, name: 'P' }
    const identity = { issuer: 'https://id.example', email: null, emailVerified: false, label: 'Mia' }
    const give: Record<string, (id: string) => Promise<unknown>> = {
      code: (id) => recoveryCodes.replace(id, [`code ${id}`], 10),
      passkey: (id) => passkeys.add(id, { ...passkey, credentialId: `key ${id}`, rpId: 'home.example' }, 10),
      unnamed: (id) => passkeys.add(id, { ...passkey, credentialId: `old ${id}` }, 10),
      identity: (id) => identities.link({ ...identity, subject: id }, id, 10),
    }
    const all = { rpId: 'home.example', issuers: [identity.issuer], recoveryCodes: true }
    const none = { rpId: undefined, issuers: [], recoveryCodes: false }
    const offers: readonly [OfferedWays, string[]][] = [
      [all, ['code', 'passkey', 'unnamed', 'identity']],
      [none, []],
      [{ ...none, recoveryCodes: true }, ['code']],
      [{ ...none, rpId: 'home.example' }, ['passkey', 'unnamed']],
      [{ ...none, rpId: 'other.example' }, ['unnamed']],
      [{ ...none, issuers: ['https://other.example', identity.issuer] }, ['identity']],
      [{ ...all, issuers: ['https://other.example'] }, ['code', 'passkey', 'unnamed']],
    ]
    const owner = await createMember(store, { kind: 'owner', role: 'admin' })
    for (const [name, add] of Object.entries(give)) {
      const mia = await createMember(store)
      await add(mia.id)
      assert.equal(await accounts.anAdminCanComeIn(all), false)
      await accounts.setRole(mia.id, 'admin', 20)
      for (const [offered, count] of offers)
        assert.equal(await accounts.anAdminCanComeIn(offered), count.includes(name), name)
      await accounts.disable(mia.id, 30)
      assert.equal(await accounts.anAdminCanComeIn(all), false)
    }
    const ben = await createMember(store, { role: 'admin' })
    await recoveryCodes.replace(ben.id, ['once'], 10)
    await recoveryCodes.use('once', 20)
    assert.equal(await accounts.anAdminCanComeIn(all), false, 'a code that is used up')
    await recoveryCodes.replace(owner.id, ['of the owner'], 10)
    assert.equal(await accounts.anAdminCanComeIn(all), true)
  })

  it('gives an owner link to one of ten who use it at once', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    await one.accounts.createOwnerLink({ tokenHash: 'link', expiresAt: 100 })
    const claims = Array.from({ length: 10 }, (_, turn) =>
      (turn % 2 ? one : other).accounts.claimOwnerLink('link', 10),
    )
    const owners = (await Promise.all(claims)).filter(Boolean)
    assert.equal(owners.length, 1)
  })
}
