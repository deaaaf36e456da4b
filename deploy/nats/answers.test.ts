import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from 'nats'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { readAddress } from '../../bus/nats/address.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { startAccountsNats } from '../../testing/servers/deployed-nats.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { workerRights } from './rights.ts'

const [user, request] = [uuidv7(), uuidv7()]

test('a worker of another account has nothing done in the server’s name by naming who is to get its answers', async (t) => {
  await using nats = await startAccountsNats()
  const { bus: hub } = await openReadyBus(t, nats.urls.hub, { role: 'hub' })
  const heard: string[] = []
  await hub.subscribe(subjects.notify(user), ({ subject }) => heard.push(subject)).active
  const connection = await connect({ ...readAddress(nats.urls.worker), inboxPrefix: workerRights.inbox })
  t.after(() => connection.close())
  const kept = await hub.publish(subjects.message(user), new Uint8Array([1]), { messageId: 'kept' })
  assert.ok(kept.outcome === 'stored')
  const own = subjects.stream(user, request)
  // What the worker wrote would be the call's body: nothing, for all messages, or a filter.
  const bodies = ['', '{}']
  const targets = [
    ...['$JS.API', 'house.API'].flatMap((api) =>
      ['STREAM.PURGE', 'STREAM.DELETE'].map((verb) => `${api}.${verb}.${streams.chat.name}`),
    ),
    subjects.message(user),
    subjects.notify(user),
  ]
  for (const body of bodies)
    for (const target of targets) {
      connection.publish(own, body, { reply: target })
      connection.publish('$JS.API.DIRECT.GET.AI_CHAT_STREAM', JSON.stringify({ last_by_subj: own }), {
        reply: target,
      })
      connection.publish('$JS.API.STREAM.INFO.AI_CHAT_STREAM', '', { reply: target })
      connection.publish(subjects.historyGet, body, { reply: target })
    }
  // A stream stores what it takes in its own time, and answers direct gets beside that.
  await waitUntil('all of them stand', async () => {
    let standing = 0
    for await (const _ of hub.readEntries(streams.log.name, own, 1)) standing += 1
    return standing === targets.length * bodies.length
  })
  // Answered after all of them, on the same connection and by the same stream.
  const last = await connection.request(
    '$JS.API.DIRECT.GET.AI_CHAT_STREAM',
    JSON.stringify({ last_by_subj: own }),
  )
  assert.equal(last.headers?.get('Nats-Subject'), own)
  assert.ok(await hub.holds(streams.chat.name, kept.seq))
  const next = await hub.publish(subjects.message(user), new Uint8Array([1]), { messageId: 'next' })
  assert.deepEqual(next, { outcome: 'stored', seq: kept.seq + 1, duplicate: false })
  assert.deepEqual(heard, [])
})
