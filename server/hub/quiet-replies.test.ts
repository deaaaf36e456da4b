import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { startNatsServer } from '../../testing/servers/nats-server.ts'
import { openTemporaryStore } from '../../testing/store/open-temporary-store.ts'
import type { User } from '../store/store.ts'
import { People } from './people.ts'
import { checkQuietReplies, maxChecks } from './quiet-replies.ts'
import { beforeAll, longestQuietMs, tailOf } from './reply-tail.ts'

test('quiet replies of a full hub are looked at in turn, however many there are', async (t) => {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startNatsServer())
  const { bus } = await openReadyBus(t, server.url)
  const lookedAt = new Set<string>()
  const counted = new Proxy(bus, {
    get: (target, name) => {
      if (name !== 'lastEntry') return Reflect.get(target, name)
      return (...[stream, subject]: Parameters<Bus['lastEntry']>) => {
        lookedAt.add(subject)
        return target.lastEntry(stream, subject)
      }
    },
  })
  const { store } = opened.use(await openTemporaryStore())
  const people = new People(bus, { onLive: () => {}, onNotice: () => {} })
  const rounds = 5
  for (let count = 0; count < rounds * maxChecks; count += 1)
    tailOf(people.arrive(somebody()), uuidv7(), beforeAll, 0)
  for (let round = 1; round <= rounds; round += 1)
    await checkQuietReplies({ bus: counted, store }, people, round * longestQuietMs)
  assert.equal(lookedAt.size, rounds * maxChecks)
})

const somebody = (): User => ({
  id: uuidv7(),
  name: 'Mika',
  kind: 'guest',
  role: 'user',
  email: null,
  createdAt: 0,
})
