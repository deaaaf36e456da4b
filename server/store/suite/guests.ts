import assert from 'node:assert/strict'
import type { Store, User } from '../store.ts'
import {
  accepted,
  converse,
  createMember,
  createPerson,
  createSession,
  exampleFinal,
  exampleSend,
  publish,
  sendAfter,
  shownPath,
  told,
} from './examples.ts'
import type { It } from './ground.ts'

/** A member who signed in where a guest was until then. */
async function arrive(store: Store): Promise<{ guest: User; member: User; session: SessionKey }> {
  const [guest, member] = [await createPerson(store, 'Guest'), await createMember(store)]
  const id = await createSession(store, member, `session of ${member.id}`, { guestId: guest.id })
  return { guest, member, session: { id, userId: member.id } }
}

type SessionKey = { id: string; userId: string }

const titlesOf = async (store: Store, { id }: User) =>
  (await store.conversations.list(id, { limit: 9 })).items.map(({ title }) => title)

export function testGuests(it: It): void {
  it('gives a person what the guest in their browser said, once, and the guest is gone', async (ground) => {
    const store = await ground.open()
    const { guest, member, session } = await arrive(store)
    assert.equal(await store.guests.leftBefore(session), undefined)
    const [one, two] = [exampleSend({ message: 'One' }), exampleSend({ message: 'Two' })]
    await converse(store, guest, one, 10)
    for (let turn = 0; turn < 5; turn += 1) await converse(store, guest, turn ? exampleSend() : two, 11)
    await converse(store, member, exampleSend({ message: 'Mine' }), 12)
    assert.equal(await store.guests.hasConversations(guest.id), true)
    const left = await store.guests.leftBefore(session)
    assert.deepEqual([left?.guestId, left?.count, left?.titles.length], [guest.id, 6, 3])
    const taken = await store.guests.takeAlong(session, 20)
    assert.deepEqual([taken.moved, taken.waiting, taken.traces.length], [6, 0, 6])
    assert.ok(taken.traces.every(({ userId }) => userId === guest.id))
    assert.equal((await titlesOf(store, member)).length, 7)
    assert.deepEqual(await shownPath(store, member, one.conversation_id), ['One', 'An answer to: One'])
    assert.equal(await store.accounts.findUser(guest.id), undefined)
    assert.deepEqual((await told(store)).at(-1), ['everything', []])
    assert.deepEqual(await store.guests.takeAlong(session, 21), { moved: 0, waiting: 0, traces: [] })
    const logs = await store.requests.purgeableLogs(99, 9)
    assert.deepEqual(
      logs.map(({ userId }) => userId),
      [member.id],
      'of what the member said',
    )
  })

  it('takes a guest along once where somebody asks for it twice at the same moment', async (ground) => {
    const [here, there] = [await ground.open(), await ground.open()]
    const { guest, member, session } = await arrive(here)
    await converse(here, guest, exampleSend({ message: 'One' }))
    const taken = await Promise.all([here, there, here].map((store) => store.guests.takeAlong(session, 20)))
    assert.deepEqual(taken.map(({ moved }) => moved).toSorted(), [0, 0, 1])
    assert.deepEqual(await titlesOf(here, member), ['One'])
  })

  it('goes on in a conversation that moved, in which the newest is last', async (ground) => {
    const store = await ground.open()
    const { guest, member, session } = await arrive(store)
    const said = await converse(store, guest, exampleSend({ message: 'One' }))
    for (let turn = 0; turn < 4; turn += 1) await converse(store, guest, exampleSend())
    await store.guests.takeAlong(session, 20)
    await converse(store, member, sendAfter(said, 'And then?'), 30)
    const first = (await shownPath(store, member, said.conversation_id))[0]
    assert.equal(first, 'One')
    await store.conversations.selectBranch(member.id, said.conversation_id, said.message_id)
    const path = await shownPath(store, member, said.conversation_id)
    assert.equal(path.at(-1), 'An answer to: And then?')
  })

  it('leaves what is being answered until it is, and takes it then', async (ground) => {
    const store = await ground.open()
    const { guest, member, session } = await arrive(store)
    const running = exampleSend({ message: 'Running' })
    await accepted(store, guest, running)
    await publish(store, guest, running)
    await converse(store, guest, exampleSend({ message: 'Done' }))
    const first = await store.guests.takeAlong(session, 20)
    assert.deepEqual([first.moved, first.waiting], [1, 1])
    assert.deepEqual(await titlesOf(store, member), ['Done'])
    await store.requests.recordFinal(exampleFinal(guest, running), 21)
    const second = await store.guests.takeAlong(session, 22)
    assert.deepEqual([second.moved, second.waiting], [1, 0])
    assert.deepEqual((await titlesOf(store, member)).toSorted(), ['Done', 'Running'])
  })

  it('finds guests who were left behind long enough, and none whom somebody could still take along', async (ground) => {
    const store = await ground.open()
    const talked = async (name: string, sessionEnd?: number) => {
      const guest = await createPerson(store, name)
      await converse(store, guest, exampleSend())
      if (sessionEnd !== undefined) await createSession(store, guest, name, { expiresAt: sessionEnd })
      return guest.id
    }
    const left = [await talked('left'), await talked('over', 100)]
    const { guest, member, session } = await arrive(store)
    await converse(store, guest, exampleSend())
    await converse(store, member, exampleSend())
    await talked('here', 1_000)
    await createPerson(store, 'silent')
    const found = async (leftBefore: number, now: number) =>
      (await store.guests.findLeft({ leftBefore, now, limit: 9 })).toSorted()
    assert.deepEqual(await found(200, 200), [])
    assert.deepEqual(await found(200, 300), [], 'noted at 200')
    assert.deepEqual(await found(201, 301), left.toSorted())
    await store.sessions.end(member.id, session.id, 302)
    assert.deepEqual(await found(201, 303), left.toSorted())
    assert.deepEqual(await found(304, 305), [...left, guest.id].toSorted())
    assert.equal((await store.guests.findLeft({ leftBefore: 304, now: 305, limit: 2 })).length, 2)
  })

  it('gives nobody what a guest of another browser said, nor what a person did', async (ground) => {
    const store = await ground.open()
    const { guest, member, session } = await arrive(store)
    await converse(store, guest, exampleSend())
    const thief = await createMember(store, { name: 'Eve' })
    const own = await createSession(store, thief, 'of the thief')
    const tried = [
      { id: own, userId: thief.id },
      { id: session.id, userId: thief.id },
      { id: own, userId: member.id },
    ]
    for (const key of tried) assert.equal((await store.guests.takeAlong(key, 20)).moved, 0)
    assert.equal(await store.guests.hasConversations(guest.id), true)
    const other = await createMember(store, { name: 'Ben' })
    await converse(store, other, exampleSend())
    const odd = await createSession(store, thief, 'odd', { guestId: other.id })
    assert.equal((await store.guests.takeAlong({ id: odd, userId: thief.id }, 20)).moved, 0)
  })
}
