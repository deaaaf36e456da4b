import assert from 'node:assert/strict'
import type { Store, User } from '../store.ts'
import { accepted, converse, createPerson, exampleFinal, exampleSend, sendAfter } from './examples.ts'
import type { It } from './ground.ts'

export function testListing(it: It): void {
  it('lists conversations by their last change, page by page, with none twice', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    await createPerson(store, 'Ben').then((ben) => converse(store, ben, exampleSend()))
    const made: string[] = []
    for (const now of [30, 10, 20, 20, 20]) {
      made.push((await converse(store, user, exampleSend(), now)).conversation_id)
    }
    const seen: string[] = []
    let before: string | undefined
    do {
      const page = await store.conversations.list(user.id, {
        limit: 2,
        ...(before === undefined ? {} : { before }),
      })
      seen.push(...page.items.map(({ id }) => id))
      before = page.next
    } while (before !== undefined)
    assert.deepEqual([...seen].sort(), [...made].sort())
    assert.deepEqual([seen[0], seen[4]], [made[0], made[1]])
  })

  it('refuses a cursor that is none of its own', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    for (const before of ['', 'x', Buffer.from('1.2').toString('base64url')]) {
      await assert.rejects(store.conversations.list(user.id, { limit: 2, before }), {
        code: 'request_invalid',
      })
    }
  })

  it("lets a model's title replace the first one, and a person's both", async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { conversation_id: id } = await converse(store, user, exampleSend())
    const { conversations } = store
    const shown = async () => (await conversations.find(user.id, id))?.title
    assert.equal(await conversations.setModelTitle(user.id, id, 'A greeting'), true)
    assert.equal(await shown(), 'A greeting')
    assert.equal(await conversations.update(user.id, id, { temperature: 1 }), true)
    assert.equal(await conversations.setModelTitle(user.id, id, 'Morning talk'), true)
    assert.equal(await conversations.update(user.id, id, { title: 'Mine' }), true)
    assert.equal(await conversations.setModelTitle(user.id, id, 'A greeting'), false)
    assert.equal(await shown(), 'Mine')
    assert.equal(await conversations.update(user.id, id, {}), true)
  })

  it('sets and clears the settings of a conversation', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { conversation_id: id } = await converse(store, user, exampleSend())
    const settings = { systemPrompt: 'Be brief.', temperature: 0.25, maxTokens: 512, model: 'large' }
    await store.conversations.update(user.id, id, settings)
    assert.partialDeepStrictEqual(await store.conversations.find(user.id, id), settings)
    await store.conversations.update(user.id, id, { temperature: null, model: null })
    const cleared = { systemPrompt: 'Be brief.', temperature: null, maxTokens: 512, model: null }
    assert.partialDeepStrictEqual(await store.conversations.find(user.id, id), cleared)
  })

  it('searches titles and messages whatever the case and the accents', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const cafe = await talk(store, user, 'Un CAFÉ crème', 'Voilà — ein Straßencafé in Ødense.')
    const naive = await talk(store, user, 'naïve ﬁnding', 'ΟΔΟΣ and Ａ full width letter')
    const found = async (query: string) =>
      (await store.conversations.search(user.id, query, 9)).map(({ id }) => id)
    for (const query of ['cafe', 'CAFÉ', 'café', 'crème cafe', 'voila', 'VOILÀ straßen']) {
      assert.deepEqual(await found(query), [cafe], query)
    }
    for (const query of ['naive', 'finding', 'οδοσ', 'a full', 'ＦＵＬＬ']) {
      assert.deepEqual(await found(query), [naive], query)
    }
    for (const query of ['', '   ', 'cafe finding', 'absent']) assert.deepEqual(await found(query), [], query)
  })

  it('takes wildcards, quotes and backslashes in a search as they are', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const marked = await talk(store, user, 'is it 100%?', `a_b c:\\d 'quoted' "double"`)
    const plain = await talk(store, user, 'is it 100 or', 'aXb c:d')
    const found = async (query: string) =>
      (await store.conversations.search(user.id, query, 9)).map(({ id }) => id)
    for (const query of ['100%', 'a_b', '\\', "'quoted'", '"double"', '%?', "'"]) {
      assert.deepEqual(await found(query), [marked], query)
    }
    assert.deepEqual(await found('100'), [plain, marked])
    assert.deepEqual(await found("'; drop table messages; --"), [])
    assert.deepEqual(await found('nul\0'), [])
  })

  it('gives the newest conversations found, each with its words in their surroundings', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    await talk(store, ben, 'harbour', 'harbour')
    const filler = 'words before the place that matters, '.repeat(20)
    const long = await talk(store, ada, 'Tell me', `${filler}the old **Hárbour** lies still. ${filler}`)
    await store.conversations.update(ada.id, long, { title: 'By the sea' })
    const titled = await talk(store, ada, 'Harbour walk', 'Gladly.')
    const [first, second, ...more] = await store.conversations.search(ada.id, 'harbour', 9)
    assert.deepEqual([first?.id, second?.id, more.length], [titled, long, 0])
    assert.equal(first?.snippet, 'Harbour walk')
    assert.match(second?.snippet ?? '', /^….{5,45}old Hárbour lies still\. .+…$/)
    assert.ok((second?.snippet?.length ?? 0) <= 122)
    const mixed = await store.conversations.search(ada.id, 'sea HARBOUR', 9)
    assert.deepEqual(
      mixed.map(({ id }) => id),
      [long],
    )
    const inTitle = await store.conversations.search(ada.id, 'by the sea', 9)
    assert.deepEqual(inTitle[0]?.id, long)
    assert.deepEqual((await store.conversations.search(ada.id, 'harbour', 1)).length, 1)
  })
}

async function talk(store: Store, user: User, message: string, content: string): Promise<string> {
  const send = exampleSend({ message })
  talkTime += 1
  await accepted(store, user, send, { now: talkTime })
  await store.requests.recordFinal(exampleFinal(user, send, { content }), talkTime)
  return sendAfter(send, '').conversation_id
}

let talkTime = 100
