import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ChatAheadFrame, ChatEntryFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { Replies } from '../../web/chat/replies.ts'
import { lookForSilence } from '../../web/chat/silence.ts'

export const requestId = uuidv7()
const parts = ['One ', 'two ', 'three ', 'four']
export const text = parts.join('')

/** A reply's log in one attempt, as the hub passes it on. */
export function logOf(request_id = requestId, attempt = 1, epoch = 1): ChatEntryFrame[] {
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

/** Text ahead of that log. */
export const aheadAt = (offset: number, content: string, attempt = 1): ChatAheadFrame => ({
  type: 'chat.ahead',
  ahead: { request_id: requestId, attempt, owner: `owner ${attempt}`, offset, content },
})

/** A page that follows one accepted reply. */
export function page(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const asked: [number, number][] = []
  const shown: string[] = []
  const ended: string[] = []
  const lost: string[] = []
  const standstills: [isGone: boolean, silentMs: number][] = []
  const replies = new Replies({
    askFor: (_, epoch, seq) => asked.push([epoch, seq]) > 0,
    onChange: ({ reader }) => shown.push(reader.shown),
    onEnd: ({ reader }) => ended.push(reader.shown),
    onLost: (id) => lost.push(id),
  })
  replies.follow(requestId)
  replies.accept(requestId, false)
  const read = (...frames: ChatEntryFrame[]) => {
    for (const frame of frames) replies.read(frame)
  }
  const resumed = (outcome: 'continued' | 'snapshot' | 'lost') =>
    replies.resumed({ type: 'chat.resumed', request_id: requestId, outcome })
  const look = () => lookForSilence(replies, (_, isGone, silentMs) => standstills.push([isGone, silentMs]))
  const tick = (ms: number) => {
    nowMs += ms
    t.mock.timers.tick(ms)
  }
  return { replies, asked, shown, ended, lost, standstills, read, resumed, look, tick }
}

/** A reader sees words come and never go. */
export function assertGrows(shown: readonly string[]): void {
  for (const [index, words] of shown.entries()) assert.ok(words.startsWith(shown[index - 1] ?? ''), words)
}
