import { decode } from '../../bus/contract/codec.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { isAhead } from '../../bus/contract/subjects.ts'
import type { WireMessage } from '../links/wire.ts'

/** A moment of the protocol, told by what passes between one process and the bus, its store, or its browsers. */
export interface Step {
  readonly name: string
  readonly role: 'hub' | 'worker'
  readonly line: 'bus' | 'store' | 'browsers'
  /** Whether the process says it or hears it. */
  readonly way: 'out' | 'back'
  readonly moment: 'before' | 'after'
  is(message: WireMessage): boolean
}

type Told = Omit<Step, 'moment'>

/**
 * Every named step, in the order of one message's way. What the store commits is seen on the way to PostgreSQL; SQLite
 * commits within the hub, where nothing can be seen or struck from outside.
 */
export const steps: readonly Step[] = bothMoments([
  store('the message is committed', wrote('insert into "requests"')),
  { ...hub('out', 'the acceptance is told', (subject) => subject === 'chat.accepted'), line: 'browsers' },
  hub('out', 'the request is published', (subject) => matches(subject, 'ai.chat.user.*.message')),
  hub('back', 'the bus has the request', isTaken('COMPANIONS_CHAT')),
  store('the publication is committed', wrote('update "requests" set "epoch"', "then 'published'")),
  worker('back', 'the request is delivered', (subject) => matches(subject, 'ai.chat.user.*.message')),
  worker('out', 'the history is asked for', (subject) => subject === 'ai.history.get'),
  hub('back', 'the history is wanted', (subject) => subject === 'ai.history.get'),
  hub('out', 'the history is answered', isHistory),
  worker('out', 'the last entry is read', (subject) => subject === '$JS.API.STREAM.MSG.GET.AI_CHAT_STREAM'),
  worker('out', 'the log is claimed', isEntry('start')),
  worker('out', 'a token is written', isEntry('chunk')),
  worker('out', 'text goes ahead', isAhead),
  worker('back', 'the bus has an entry', isTaken('AI_CHAT_STREAM')),
  hub('back', 'an entry is heard', (subject) => matches(subject, 'ai.chat.live.*.*')),
  hub('back', 'text ahead is heard', isAhead),
  worker('out', 'the reply is given up', isRelease),
  worker('out', 'the end is written', isEntry('done', 'error')),
  worker('out', 'the final is published', (subject) => matches(subject, 'ai.chat.response.final.*.*')),
  worker('back', 'the bus has the final', isTaken('AI_CHAT_FINAL')),
  worker('out', 'the request is acknowledged', isAck('COMPANIONS_CHAT')),
  hub('back', 'the final is delivered', (subject) => matches(subject, 'ai.chat.response.final.*.*')),
  store('the reply is committed', wrote('update "messages" set "content"')),
  hub('out', 'the stored reply is told', (subject) => matches(subject, 'ai.chat.notify.*')),
  hub('out', 'the final is acknowledged', isAck('AI_CHAT_FINAL')),
  store('a cancellation is committed', wrote('set "cancel_requested_at"')),
  hub('out', 'a cancellation is told', (subject) => matches(subject, 'ai.chat.user.*.cancel')),
  worker('back', 'a cancellation is heard', (subject) => matches(subject, 'ai.chat.user.*.cancel')),
  hub('out', 'a cancelled log is claimed', isEntry('start')),
  hub('out', 'a cancelled log is ended', isEntry('done')),
  hub('out', 'a log is purged', (subject) => subject === '$JS.API.STREAM.PURGE.AI_CHAT_STREAM'),
])

function bothMoments(told: readonly Told[]): Step[] {
  return told.flatMap((one) => [
    { ...one, moment: 'before' as const },
    { ...one, moment: 'after' as const },
  ])
}

type Is = (subject: string, message: WireMessage) => boolean

function hub(way: Step['way'], name: string, is: Is): Told {
  return { name, role: 'hub', line: 'bus', way, is: (message) => is(message.subject, message) }
}

function worker(way: Step['way'], name: string, is: Is): Told {
  return { ...hub(way, name, is), role: 'worker' }
}

function store(name: string, is: Is): Told {
  return { ...hub('out', name, is), line: 'store' }
}

/** A transaction that said all of this. */
function wrote(...words: readonly string[]): Is {
  return (subject) => words.every((one) => subject.includes(one))
}

const entryIn = (subject: string, { body }: WireMessage): LogEntry | undefined =>
  matches(subject, 'ai.chat.response.stream.*.*') ? decodeEntry(body) : undefined

function isEntry(...types: readonly LogEntry['type'][]): Is {
  return (subject, message) => {
    const type = entryIn(subject, message)?.type
    return type !== undefined && types.includes(type)
  }
}

function isRelease(subject: string, message: WireMessage): boolean {
  const entry = entryIn(subject, message)
  return entry?.type === 'beat' && entry.released === true
}

function isAck(stream: string): Is {
  return (subject, { body }) => subject.startsWith(`$JS.ACK.${stream}.`) && body.toString('latin1') === '+ACK'
}

/** A stream's own answer to a publication. */
function isTaken(stream: string): Is {
  const beginning = `{"stream":"${stream}"`
  return (subject, { body }) =>
    subject.startsWith('_INBOX') && body.toString('latin1', 0, beginning.length + 8).startsWith(beginning)
}

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

/** The answer that has a companion and what was said. */
function isHistory(subject: string, { body }: WireMessage): boolean {
  if (!subject.startsWith('_INBOX') || !body.includes('companion')) return false
  try {
    const answer = decode(body, limits)
    return typeof answer === 'object' && answer !== null && 'companion' in answer && 'messages' in answer
  } catch {
    return false
  }
}

/** NATS's own wildcard `*`: one token. */
function matches(subject: string, pattern: string): boolean {
  const tokens = subject.split('.')
  const wanted = pattern.split('.')
  return tokens.length === wanted.length && wanted.every((one, index) => one === '*' || one === tokens[index])
}
