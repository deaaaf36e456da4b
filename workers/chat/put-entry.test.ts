import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { randomToken, uuidv7 } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { encodeBody } from '../../bus/nats/body.ts'
import { openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { putEntry } from './put-entry.ts'

describe('a writer whose entry is refused', () => {
  let house: WorkerHouse
  before(async () => {
    house = await openWorkerHouse()
  })
  after(() => house[Symbol.asyncDispose]())

  const newLog = () => {
    const request_id = uuidv7()
    const owner = randomToken()
    const entry = (n: number, by = owner): LogEntry => ({
      type: 'beat',
      request_id,
      attempt: 1,
      owner: by,
      n,
    })
    return { subject: subjects.stream(uuidv7(), request_id), entry }
  }
  /** Stores an entry as an earlier copy whose answer was lost would have been. */
  const store = async (subject: string, entry: LogEntry): Promise<number> => {
    const published = await house.bus.publish(subject, encodeBody(entry), { messageId: randomToken() })
    return published.outcome === 'stored' ? published.seq : 0
  }

  test('goes on where the last entry is that very one', async () => {
    const { subject, entry } = newLog()
    const start = (await putEntry(house.bus, subject, entry(0), 0)) ?? 0
    const stored = await store(subject, entry(1))
    assert.equal(await putEntry(house.bus, subject, entry(1), start), stored)
    assert.ok((await putEntry(house.bus, subject, entry(2), stored)) !== undefined)
  })

  test('stops where the last entry is another’s, and nothing of it reaches the log', async () => {
    const { subject, entry } = newLog()
    const start = (await putEntry(house.bus, subject, entry(0), 0)) ?? 0
    const taken = await store(subject, entry(0, randomToken()))
    assert.equal(await putEntry(house.bus, subject, entry(1), start), undefined)
    assert.equal((await house.bus.lastEntry(streams.log.name, subject))?.seq, taken)
  })

  test('stops where the log was purged', async () => {
    const { subject, entry } = newLog()
    const start = (await putEntry(house.bus, subject, entry(0), 0)) ?? 0
    await house.bus.purge(streams.log.name, subject)
    assert.equal(await putEntry(house.bus, subject, entry(1), start), undefined)
    assert.equal(await house.bus.lastEntry(streams.log.name, subject), undefined)
  })

  test('stops where another was quicker with the first entry', async () => {
    const { subject, entry } = newLog()
    await store(subject, entry(0, randomToken()))
    assert.equal(await putEntry(house.bus, subject, entry(0), 0), undefined)
  })
})
