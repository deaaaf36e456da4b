import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import type { WireMessage } from '../links/nats-wire.ts'

/** A moment of the protocol, told by what passes between one process and the bus. */
export interface Step {
  readonly name: string
  readonly role: 'hub' | 'worker'
  /** Whether the process says it or hears it. */
  readonly way: 'out' | 'back'
  readonly moment: 'before' | 'after'
  is(message: WireMessage): boolean
}

type Told = Omit<Step, 'moment'>

/** Every named step, in the order of one message's way. */
export const steps: readonly Step[] = bothMoments([
  hub('out', 'the request is published', (subject) => matches(subject, 'ai.chat.user.*.message')),
  worker('back', 'the request is delivered', (subject) => matches(subject, 'ai.chat.user.*.message')),
  worker('out', 'the history is asked for', (subject) => subject === 'ai.history.get'),
  hub('back', 'the history is wanted', (subject) => subject === 'ai.history.get'),
  worker('out', 'the last entry is read', (subject) => subject === '$JS.API.STREAM.MSG.GET.AI_CHAT_STREAM'),
  worker('out', 'the log is claimed', isEntry('start')),
  worker('out', 'a token is written', isEntry('chunk')),
  hub('back', 'an entry is heard', (subject) => matches(subject, 'ai.chat.live.*.*')),
  worker('out', 'the end is written', isEntry('done', 'error')),
  worker('out', 'the final is published', (subject) => matches(subject, 'ai.chat.response.final.*.*')),
  worker('out', 'the request is acknowledged', isAck('COMPANIONS_CHAT')),
  hub('back', 'the final is delivered', (subject) => matches(subject, 'ai.chat.response.final.*.*')),
  hub('out', 'the stored reply is told', (subject) => matches(subject, 'ai.chat.notify.*')),
  hub('out', 'the final is acknowledged', isAck('AI_CHAT_FINAL')),
  hub('out', 'a cancellation is told', (subject) => matches(subject, 'ai.chat.user.*.cancel')),
  worker('back', 'a cancellation is heard', (subject) => matches(subject, 'ai.chat.user.*.cancel')),
])

function bothMoments(told: readonly Told[]): Step[] {
  return told.flatMap((one) => [
    { ...one, moment: 'before' as const },
    { ...one, moment: 'after' as const },
  ])
}

type Is = (subject: string, message: WireMessage) => boolean

function hub(way: Step['way'], name: string, is: Is): Told {
  return { name, role: 'hub', way, is: (message) => is(message.subject, message) }
}

function worker(way: Step['way'], name: string, is: Is): Told {
  return { name, role: 'worker', way, is: (message) => is(message.subject, message) }
}

function isEntry(...types: readonly LogEntry['type'][]): Is {
  return (subject, { body }) => {
    if (!matches(subject, 'ai.chat.response.stream.*.*')) return false
    const type = decodeEntry(body)?.type
    return type !== undefined && types.includes(type)
  }
}

function isAck(stream: string): Is {
  return (subject, { body }) => subject.startsWith(`$JS.ACK.${stream}.`) && body.toString('latin1') === '+ACK'
}

/** NATS's own wildcard `*`: one token. */
function matches(subject: string, pattern: string): boolean {
  const tokens = subject.split('.')
  const wanted = pattern.split('.')
  return tokens.length === wanted.length && wanted.every((one, index) => one === '*' || one === tokens[index])
}
