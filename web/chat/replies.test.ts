import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { ChatEntryFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { Replies } from './replies.ts'

const requestId = uuidv7()
const parts = ['One ', 'two ', 'three ', 'four']
const text = parts.join('')

/** A reply's log in one attempt, as the hub passes it on. */
function logOf(request_id = requestId, attempt = 1, epoch = 1): ChatEntryFrame[] {
  const owner = `owner ${attempt}`
  const entries: LogEntry[] = [
    {
      type: 'start',
      request_id,
      attempt,
      owner,
      n: 0,
      conversation_id: uuidv7(),
      offset: 0,
      model: 'm',
      backend: 'b',
    },
  ]
  let offset = 0
  for (const content of parts) {
    entries.push({ type: 'chunk', request_id, attempt, owner, n: entries.length, offset, content })
    offset += content.length
  }
  const end = { finish_reason: 'stop', usage: {}, timings: { duration_ms: 1 } } as const
  entries.push({ type: 'done', request_id, attempt, owner, n: entries.length, length: offset, ...end })
  return entries.map((entry, index) => ({ type: 'chat.entry', epoch, seq: 10 + index, entry }))
}

/** A page that follows one accepted reply. */
function page(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const asked: [number, number][] = []
  const shown: string[] = []
  const ended: string[] = []
  const lost: string[] = []
  const standstills: [isGone: boolean, silentMs: number][] = []
  const replies = new Replies({
    askFor: (_, epoch, seq) => asked.push([epoch, seq]) > 0,
    onChange: ({ reader }) => shown.push(reader.text),
    onEnd: ({ reader }) => ended.push(reader.text),
    onLost: (id) => lost.push(id),
    onQuiet: (_, isGone, silentMs) => standstills.push([isGone, silentMs]),
  })
  replies.follow(requestId)
  replies.accept(requestId, false)
  const read = (...frames: ChatEntryFrame[]) => {
    for (const frame of frames) replies.read(frame)
  }
  const resumed = (outcome: 'continued' | 'snapshot' | 'lost') =>
    replies.resumed({ type: 'chat.resumed', request_id: requestId, outcome })
  const tick = (ms: number) => {
    nowMs += ms
    t.mock.timers.tick(ms)
  }
  return { replies, asked, shown, ended, lost, standstills, read, resumed, tick }
}

/** A reader sees words come and never go. */
function assertGrows(shown: readonly string[]): void {
  for (const [index, words] of shown.entries()) assert.ok(words.startsWith(shown[index - 1] ?? ''), words)
}

/** The writer counts as gone after so long without a word, and not a millisecond before. */
function assertGoneAfter(ms: number, { replies, standstills, tick }: ReturnType<typeof page>): void {
  tick(ms - 1)
  replies.look()
  assert.deepEqual(standstills, [])
  tick(1)
  replies.look()
  assert.deepEqual(standstills, [[true, ms]])
}

suite('replies', () => {
  test('a reply grows entry by entry and is followed no longer at its end', (t) => {
    const { replies, read, shown, ended } = page(t)
    read(...logOf())
    assert.deepEqual(shown, ['', 'One ', 'One two ', 'One two three ', text])
    assert.deepEqual(ended, [text])
    assert.equal(replies.has(requestId), false)
  })

  test('entries of requests that nobody follows here are dropped', (t) => {
    const { replies, read, shown, ended } = page(t)
    read(...logOf(uuidv7()))
    assert.deepEqual([shown, ended, replies.has(requestId)], [[], [], true])
  })

  test('after a gap the log is read from its beginning, and the text is the same', (t) => {
    const { read, asked, resumed, ended, shown } = page(t)
    const log = logOf()
    read(...log.slice(0, 3), ...log.slice(4))
    assert.deepEqual(asked, [[0, 0]])
    resumed('snapshot')
    read(...log)
    assert.deepEqual(ended, [text])
    assertGrows(shown)
  })

  test('gaps in a row ask no faster than once a second', (t) => {
    const { read, asked, resumed, tick, ended } = page(t)
    const log = logOf()
    const gap = [...log.slice(0, 1), ...log.slice(3, 4)]
    read(...gap)
    resumed('snapshot')
    read(...gap)
    tick(999)
    assert.equal(asked.length, 1)
    tick(1)
    assert.deepEqual(asked, [
      [0, 0],
      [0, 0],
    ])
    resumed('snapshot')
    read(...log)
    assert.deepEqual(ended, [text])
  })

  test('a clock that is set back by an hour delays no question', (t) => {
    const clock = t.mock.method(Date, 'now', () => 7_200_000)
    const { read, asked, resumed, tick } = page(t)
    const gap = logOf().filter((_, index) => index !== 1 && index < 4)
    read(...gap)
    resumed('snapshot')
    clock.mock.mockImplementation(() => 3_600_000)
    read(...gap)
    tick(1_000)
    assert.equal(asked.length, 2)
  })

  for (const outcome of ['continued', 'snapshot'] as const) {
    test(`a reply goes on over a broken line when it is ${outcome}`, (t) => {
      const { replies, read, resumed, ended, shown } = page(t)
      const log = logOf()
      read(...log.slice(0, 3))
      replies.disconnected()
      assert.deepEqual(replies.resume(), [{ request_id: requestId, epoch: 1, seq: 12 }])
      read(...log.slice(5))
      resumed(outcome)
      read(...log.slice(outcome === 'continued' ? 3 : 0))
      assert.deepEqual(ended, [text])
      assertGrows(shown)
    })
  }

  test('a reply whose log is no more is fetched, and followed no longer', (t) => {
    const { replies, resumed, lost, ended } = page(t)
    replies.resume()
    resumed('lost')
    resumed('lost')
    assert.deepEqual([lost, ended, replies.has(requestId)], [[requestId], [], false])
  })

  test('replays between live entries, twice over, end in the same text', (t) => {
    const { read, ended } = page(t)
    const log = logOf()
    read(...log.slice(0, 3), ...log.slice(0, 4), ...log.slice(1, 5), ...log)
    assert.deepEqual(ended, [text])
  })

  test('another epoch begins the text anew, whatever its numbers are', (t) => {
    const { read, ended, asked } = page(t)
    const fresh = logOf(requestId, 101, 2).map((frame, index) => ({ ...frame, seq: 1 + index }))
    const old = logOf()
    read(...old.slice(0, 4), ...fresh.slice(0, 2), ...old.slice(4), ...fresh.slice(2))
    assert.deepEqual([ended, asked], [[text], []])
  })

  test('only what the hub has is resumed, and what does not fit a hello is asked for after it', (t) => {
    const { replies, asked } = page(t)
    replies.follow(uuidv7())
    for (let count = 0; count < 34; count += 1) {
      const id = uuidv7()
      replies.follow(id)
      replies.accept(id, false)
    }
    assert.equal(replies.resume().length, 32)
    replies.resumeRest()
    assert.equal(asked.length, 3)
  })

  const beat = (n: number, seq: number): ChatEntryFrame => {
    const { request_id, attempt, owner } = logOf()[0]?.entry ?? assert.fail()
    return { type: 'chat.entry', epoch: 1, seq, entry: { type: 'beat', request_id, attempt, owner, n } }
  }

  test('in mid-stream two seconds without a word mean that the writer may be gone', (t) => {
    const opened = page(t)
    for (const frame of logOf().slice(0, 4)) {
      opened.tick(50)
      opened.read(frame)
    }
    assertGoneAfter(2_000, opened)
  })

  test('an outage of the connection is no silence of the writer', (t) => {
    const opened = page(t)
    opened.read(...logOf().slice(0, 4))
    opened.replies.disconnected()
    opened.tick(60_000)
    opened.replies.resume()
    assertGoneAfter(2_000, opened)
  })

  test('before the first word a writer may be silent for four seconds', (t) => {
    const opened = page(t)
    opened.read(...logOf().slice(0, 1))
    assertGoneAfter(4_000, opened)
  })

  test('a slow model is given twice its own pace before its writer counts as gone', (t) => {
    const opened = page(t)
    for (const frame of logOf().slice(0, 4)) {
      opened.tick(1_800)
      opened.read(frame)
    }
    assertGoneAfter(3_600, opened)
  })

  test('another writer that begins is at work, and its reply stands still until it has words', (t) => {
    const { replies, standstills, shown, tick, read } = page(t)
    read(...logOf().slice(0, 3))
    tick(5_500)
    replies.look()
    const [start] = logOf(requestId, 2)
    assert.ok(start?.entry.type === 'start')
    const before = shown.length
    read({ ...start, seq: 20, entry: { ...start.entry, offset: 8 } })
    replies.look()
    assert.deepEqual(standstills, [
      [true, 5_500],
      [false, 0],
    ])
    assert.equal(shown.length, before)
  })

  test('after 30 s of silence the log is asked for again, and not before', (t) => {
    const { replies, asked, tick, read, standstills } = page(t)
    read(...logOf().slice(0, 2))
    replies.resume()
    replies.refused(requestId)
    tick(30_000)
    replies.look()
    assert.deepEqual(asked, [])
    tick(1)
    replies.look()
    assert.deepEqual(asked, [[1, 11]])
    read(...logOf().slice(2, 3))
    replies.look()
    assert.deepEqual(standstills.at(-1), [true, 30_001])
  })

  test('a beat shows that somebody is at work, not that the reply grows', (t) => {
    const { replies, standstills, asked, shown, tick, read } = page(t)
    read(...logOf().slice(0, 2))
    const before = shown.length
    for (let n = 2; n < 22; n += 1) {
      tick(1_500)
      read(beat(n, 11 + n))
    }
    replies.look()
    assert.deepEqual([standstills, asked, shown.length], [[[false, 0]], [], before])
  })

  test('what was said before this socket listened is asked for, once nothing of it is here', (t) => {
    const { replies, asked, read } = page(t)
    replies.accept(requestId, true)
    replies.accept(uuidv7(), true)
    assert.deepEqual(asked, [[0, 0]])
    replies.refused(requestId)
    read(...logOf().slice(0, 2))
    replies.accept(requestId, true)
    assert.equal(asked.length, 1)
  })
})
