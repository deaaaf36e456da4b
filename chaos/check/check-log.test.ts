import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../bus/contract/codec.ts'
import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import type { Bus, StoredEntry } from '../../bus/nats/bus.ts'
import type { Message } from '../../server/store/store.ts'
import { checkLog } from './check-log.ts'
import { Ledger } from './ledger.ts'

const requestId = '01a22bce-8e20-76cd-804d-73a41f2d7a04'
const userId = '01a22bce-8e20-76cd-804d-73a41f2d7a05'

/** A log whose second attempt begins at `offset` of ` t0 t1`. */
function logWith(offset: number): object[] {
  const head = (attempt: number, n: number) => ({ request_id: requestId, attempt, owner: `o${attempt}`, n })
  const start = { type: 'start', conversation_id: requestId, model: 'counting', backend: 'ollama' }
  const all = ' t0 t1 t2'
  return [
    { ...start, ...head(1, 0), offset: 0 },
    { type: 'chunk', ...head(1, 1), offset: 0, content: ' t0 t1' },
    { ...start, ...head(2, 0), offset },
    { type: 'chunk', ...head(2, 1), offset, content: all.slice(offset) },
    {
      type: 'done',
      ...head(2, 2),
      length: all.length,
      finish_reason: 'stop',
      usage: {},
      timings: { duration_ms: 1 },
    },
  ]
}

interface Case {
  readonly kept?: object[]
  readonly wasLost?: boolean
  readonly state?: Message['state']
}

async function violationsOf(
  offset: number,
  mustContinue: boolean,
  { kept = logWith(offset), wasLost = false, state = 'answered' }: Case = {},
): Promise<string[]> {
  const ledger = new Ledger()
  const who = { userId }
  ledger.add({ who, frame: { request_id: requestId } as ChatSendFrame, tokens: 3 })
  const asked = ledger.asked.get(requestId)
  assert.ok(asked)
  const bus: Pick<Bus, 'readEntries'> = {
    readEntries: async function* () {
      for (const [seq, entry] of kept.entries())
        yield { seq, body: encode(entry), storedAtMs: 0 } satisfies StoredEntry
    },
  }
  const stored = { id: requestId, content: ' t0 t1 t2', state } as Message
  const busLosses = wasLost ? [{ fromMs: 0, toMs: 1 }] : []
  const about = { busLosses, mustContinue: () => mustContinue, wasLost: () => wasLost }
  await checkLog({ ledger, bus: bus as Bus, ...about }, asked, stored)
  return ledger.violations.map(({ what }) => what)
}

test('a text that is begun anew is a violation where its model could have gone on', async () => {
  assert.equal((await violationsOf(0, true)).length, 1)
  assert.equal((await violationsOf(3, true)).length, 1)
})

test('a text that is gone on with, or begun anew where nothing else can be, is none', async () => {
  assert.deepEqual(await violationsOf(6, true), [])
  assert.deepEqual(await violationsOf(0, false), [])
})

test('a log that lost its beginning is none, unless it also lost its end', async () => {
  assert.deepEqual(await violationsOf(6, true, { kept: logWith(6).slice(1) }), [])
  assert.deepEqual(await violationsOf(6, true, { kept: logWith(6).slice(2) }), [])
  assert.equal((await violationsOf(6, true, { kept: logWith(6).slice(1, -1) })).length, 1)
  assert.notEqual((await violationsOf(6, true, { kept: logWith(6).toSpliced(1, 1) })).length, 0)
})

test('a log without an end is one, unless the bus lost its data while the reply was open', async () => {
  const kept = logWith(6).slice(0, -1)
  assert.equal((await violationsOf(6, true, { kept })).length, 1)
  assert.deepEqual(await violationsOf(6, true, { kept, wasLost: true }), [])
})

test('an empty log of a cancelled reply with a text is none where the bus lost its data, and no other', async () => {
  const [start, , , , done] = logWith(0)
  const kept = [start, { ...done, attempt: 1, owner: 'o1', n: 1, length: 0 }].filter(
    (entry) => entry !== undefined,
  )
  assert.deepEqual(await violationsOf(0, true, { kept, state: 'cancelled', wasLost: true }), [])
  assert.equal((await violationsOf(0, true, { kept, state: 'cancelled' })).length, 1)
  assert.equal((await violationsOf(0, true, { kept, wasLost: true })).length, 1)
})
