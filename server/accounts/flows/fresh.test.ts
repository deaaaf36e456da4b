import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { beginLink, fetchAnswer, publicOrigin, signInAt } from '../../../testing/providers/sign-in-house.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import type { Page, Visitor } from '../../../testing/providers/visitor.ts'
import { hasBetterWay, lostAfterMs } from '../fresh-proof.ts'

const anHour = 3_600
const home = useSignInHouse({ sessionLifetimeMs: anHour * 1_000 })
beforeEach(() => {
  home.issuer.signedInAgoSeconds = 0
})

/** Whether what changes who can get in is open to this browser. */
const isFresh = async (visitor: Visitor) =>
  (await visitor.submit(`${publicOrigin}/account/export`)).status === 200

/** Somebody who signed in at the issuer an hour ago, and comes in here by a click. */
async function rememberedThere(): Promise<Visitor> {
  const visitor = home.visitor()
  home.issuer.signedInAgoSeconds = anHour
  await signInAt(visitor, 'authentik')
  home.issuer.signedInAgoSeconds = 0
  return visitor
}

/** Begins to confirm, and comes to the issuer with an address that somebody has changed on the way. */
async function confirmWith(
  visitor: Visitor,
  change: (asked: URLSearchParams) => void,
  query = '',
): Promise<Page> {
  const begun = await visitor.ask(`${publicOrigin}/sign-in/authentik${query}`)
  const there = new URL(begun.headers.location ?? '')
  change(there.searchParams)
  return visitor.follow(there)
}

/** Then the issuer does not ask, and does not say when it did. */
const leaveOut = (asked: URLSearchParams) => ['prompt', 'max_age'].forEach((name) => void asked.delete(name))

const words = /let you through without showing that it is you at this moment/

suite('a provider that tells when somebody signed in there', () => {
  test('makes nobody fresh whom it only remembers, however often they come', async () => {
    const visitor = await rememberedThere()
    assert.equal((await home.whoIs(visitor))?.name, 'Ada')
    assert.equal(await isFresh(visitor), false)
    assert.equal((await visitor.submit(`${publicOrigin}/sign-in/google/link`)).status, 403)
    await visitor.submit(`${publicOrigin}/sign-out`)
    await signInAt(visitor, 'authentik')
    assert.equal((await home.whoIs(visitor))?.name, 'Ada')
    assert.equal(await isFresh(visitor), false)
  })

  test('asks again who confirms that it is them, and then they are fresh', async () => {
    const visitor = await rememberedThere()
    const { asked } = home.issuer
    await signInAt(visitor, 'authentik', '?return_to=/account')
    assert.equal(home.issuer.asked, asked + 1)
    assert.equal(await isFresh(visitor), true)
  })

  test('asks again by the age of its session alone, where it takes no prompt', async () => {
    const visitor = await rememberedThere()
    const { asked } = home.issuer
    await confirmWith(visitor, (query) => query.delete('prompt'))
    assert.equal(home.issuer.asked, asked + 1)
    assert.equal(await isFresh(visitor), true)
  })

  test('is not believed where its word is old, missing, or of a time to come', async () => {
    const forged: [string, (query: URLSearchParams) => void, number][] = [
      ['old', (query) => query.delete('prompt'), 0],
      ['missing', leaveOut, 0],
      ['to come', () => {}, -anHour],
    ]
    for (const [what, change, ago] of forged) {
      const visitor = await rememberedThere()
      home.issuer.signedInAgoSeconds = ago
      const page = await confirmWith(visitor, (query) => {
        if (what === 'old') query.set('max_age', String(2 * anHour))
        change(query)
      })
      assert.match(page.body, words, what)
      assert.equal(await isFresh(visitor), false, what)
      assert.equal((await home.whoIs(visitor))?.name, 'Ada', what)
    }
  })
})

suite('confirming that it is you', () => {
  test('still leads to where one was going, after an answer that did not show it', async () => {
    const visitor = await rememberedThere()
    const refused = await confirmWith(visitor, leaveOut, '?return_to=/account')
    assert.match(refused.body, words)
    assert.match(refused.body, /href="\/account">Not now</)
    const [, again = ''] = /href="(\/sign-in\/authentik\?[^"]+)"/.exec(refused.body) ?? []
    const done = await visitor.follow(`${publicOrigin}${again}`)
    assert.equal(new URL(done.url).pathname, '/account')
    assert.equal(await isFresh(visitor), true)
  })

  const kim = { subject: '61', name: 'Kim', email: null, emailVerified: false }

  test('signs in nobody else, known or new, and says so', async () => {
    const { store } = home.hubs[0]
    home.google.person = kim
    await signInAt(home.visitor(), 'google')
    const visitor = await rememberedThere()
    const user = await home.whoIs(visitor)
    for (const subject of [kim.subject, '62']) {
      home.google.person = { ...kim, subject }
      const page = await signInAt(visitor, 'google', '?return_to=/admin')
      assert.match(page.body, /belongs to somebody else than the one who is signed in here/)
      assert.match(page.body, /href="\/admin">Not now</, 'the way back is kept')
      assert.equal((await home.whoIs(visitor))?.id, user?.id)
      assert.equal(await isFresh(visitor), false)
    }
    assert.equal(await store.identities.findUser(home.google.origin, '62'), undefined)
    const { items } = await store.audit.list({ limit: 5, personId: user?.id ?? '' })
    assert.equal(items[0]?.facts.reason, 'somebody_else')
  })

  test('holds also for a sign-in that was begun before somebody came in beside it', async () => {
    home.google.person = { ...kim, subject: '63' }
    const visitor = home.visitor()
    const answer = await fetchAnswer(visitor, 'google')
    await signInAt(visitor, 'authentik')
    const user = await home.whoIs(visitor)
    const page = await visitor.follow(answer)
    assert.match(page.body, /belongs to somebody else than the one who is signed in here/)
    assert.equal((await home.whoIs(visitor))?.id, user?.id)
    assert.equal(await home.hubs[0].store.identities.findUser(home.google.origin, '63'), undefined)
  })

  test('leaves whoever came in meanwhile, also where the one who began it had signed out', async () => {
    home.google.person = { ...kim, subject: '64' }
    const visitor = home.visitor()
    await signInAt(visitor, 'google')
    const answer = await fetchAnswer(visitor, 'google')
    await visitor.submit(`${publicOrigin}/sign-out`)
    await signInAt(visitor, 'authentik')
    const user = await home.whoIs(visitor)
    const page = await visitor.follow(answer)
    assert.match(page.body, /belongs to somebody else than the one who is signed in here/)
    assert.equal((await home.whoIs(visitor))?.id, user?.id)
  })
})

suite('linking', () => {
  test('wants a new sign-in at the provider that is linked, where that can tell', async () => {
    const visitor = home.visitor()
    home.google.person = { subject: '41', name: 'Lin', email: 'lin@example.org', emailVerified: true }
    await signInAt(visitor, 'google')
    home.issuer.person = { ...home.issuer.person, subject: 'lin', name: 'Lin' }
    home.issuer.signedInAgoSeconds = anHour
    const refused = await visitor.follow(await beginLink(visitor, 'authentik'))
    assert.match(refused.body, words)
    home.issuer.signedInAgoSeconds = 0
    await visitor.follow(await beginLink(visitor, 'authentik'))
    const user = await home.whoIs(visitor)
    const linked = await home.hubs[0].store.identities.list(user?.id ?? '')
    assert.equal(linked.length, 2)
  })
})

suite('a provider that cannot tell', () => {
  const passkey = (credentialId: string) => {
    const facts = { publicKey: 'k', counter: 0, transports: [], backedUp: true, name: 'P' }
    return { ...facts, credentialId }
  }
  const someone = (subject: string) => ({ subject, name: 'Kim', email: null, emailVerified: false })

  test('is made to ask something, and counts for who has no better way', async () => {
    const visitor = home.visitor()
    home.google.person = someone('51')
    await signInAt(visitor, 'google')
    assert.equal(await isFresh(visitor), true)
    const again = await visitor.ask(`${publicOrigin}/sign-in/google`)
    assert.equal(new URL(again.headers.location ?? '').searchParams.get('prompt'), 'select_account')
  })

  test('makes nobody fresh who has a passkey, however short sessions are, and is not offered to confirm with', async () => {
    const visitor = home.visitor()
    home.google.person = someone('52')
    await signInAt(visitor, 'google')
    const { store } = home.hubs[0]
    const user = await home.whoIs(visitor)
    assert.ok(user)
    const offer = () => visitor.ask(`${publicOrigin}/sign-in?again=1`)
    assert.match((await offer()).body, /Continue with Google/)
    await store.passkeys.add(user.id, passkey('c52'), Date.now() - 48 * anHour * 1_000)
    assert.doesNotMatch((await offer()).body, /Continue with Google/)
    const refused = await signInAt(visitor, 'google')
    assert.match(refused.body, words)
    assert.doesNotMatch(refused.body, /Continue with Google/)
    await visitor.submit(`${publicOrigin}/sign-out`)
    await signInAt(visitor, 'google')
    assert.equal((await home.whoIs(visitor))?.id, user.id)
    assert.equal(await isFresh(visitor), false)
  })

  test('is no worse than a passkey where none works: at a bare address, or by a name the house has not', async () => {
    const { store } = home.hubs[0]
    const { user } = await home.hubs[0].signIn('member')
    const now = Date.now()
    const isBetter = (rpId: string | undefined) =>
      hasBetterWay({ store, providers: [] }, { userId: user.id, rpId }, now)
    await store.passkeys.add(user.id, passkey('old'), now)
    assert.deepEqual([await isBetter('home.example'), await isBetter(undefined)], [true, false])
    await store.passkeys.noteUse('old', { counter: 1, backedUp: true, rpId: 'old.example', now })
    assert.deepEqual([await isBetter('home.example'), await isBetter('old.example')], [false, true])
  })

  for (const [what, subject, rpId, agoMs] of [
    ['has not used their passkey for half a year', '53', 'home.example', lostAfterMs],
    ['made theirs under another name of the house, by which it works no more', '54', 'old.example', 0],
  ] as const)
    test(`counts for who ${what}`, async () => {
      const visitor = home.visitor()
      home.google.person = someone(subject)
      await signInAt(visitor, 'google')
      const user = await home.whoIs(visitor)
      assert.ok(user)
      const made = { ...passkey(`c${subject}`), rpId }
      await home.hubs[0].store.passkeys.add(user.id, made, Date.now() - agoMs)
      assert.match((await visitor.ask(`${publicOrigin}/sign-in?again=1`)).body, /Continue with Google/)
      await signInAt(visitor, 'google')
      assert.equal(await isFresh(visitor), true)
    })
})
