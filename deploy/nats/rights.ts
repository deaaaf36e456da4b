import { uuidv7 } from '../../bus/contract/ids.ts'
import { consumers, streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'

/** What the processes of one role may do on the bus, in subjects with wildcards. */
export interface Rights {
  /** Messages, requests, calls of JetStream and acknowledgements. */
  readonly publish: readonly string[]
  readonly hear: readonly string[]
  /** Requests it answers, each as a member of one queue group and not beside it. */
  readonly answer: readonly { readonly subject: string; readonly queue: string }[]
  /** What begins the inboxes its answers come to; see `connectBus`. */
  readonly inbox: string
}

type ForEachStream = Readonly<Record<keyof typeof streams, readonly string[]>>

const [user, request] = [uuidv7(), uuidv7()]
const anyOf = (subject: (user: string, request: string) => string): string =>
  subject(user, request).replace(user, '*').replace(request, '*')

/** What a hub does with each stream besides making it. A stream that is added and not named here is a type error. */
const hubCalls: ForEachStream = {
  logins: ['STREAM.PURGE'],
  chat: ['STREAM.MSG.GET', 'STREAM.MSG.DELETE', 'STREAM.PURGE'],
  log: ['STREAM.MSG.GET', 'DIRECT.GET', 'STREAM.PURGE', 'CONSUMER.CREATE'],
  finals: ['STREAM.MSG.GET', 'STREAM.PURGE'],
  access: ['STREAM.MSG.GET', 'DIRECT.GET', 'CONSUMER.CREATE'],
}

/**
 * A worker looks and reads, no more. Above all it makes no consumer: one can be told to deliver what the worker itself
 * wrote to any subject, in the server's name.
 */
const workerCalls: ForEachStream = {
  logins: [],
  chat: ['STREAM.INFO'],
  log: ['STREAM.INFO', 'STREAM.MSG.GET', 'DIRECT.GET'],
  finals: ['STREAM.INFO'],
  access: [],
}

/** Hubs make the streams, publish what people said, store what workers answered, and end what they left. */
export const hubRights: Rights = {
  publish: [
    ...[subjects.login, subjects.message, subjects.greeting, subjects.cancel, subjects.notify].map(anyOf),
    // A cancelled log that no worker ends, and its final: PROTOCOL section 3.
    ...[subjects.stream, subjects.final].map(anyOf),
    subjects.title,
    subjects.modelsList,
    ...[subjects.transcribe, subjects.say].map(anyOf),
    subjects.hears,
    subjects.speaks,
    subjects.accessChanged,
    ...Object.values(streams).flatMap(({ name }) => [
      call('STREAM.INFO', name),
      call('STREAM.CREATE', name),
      call('STREAM.UPDATE', name),
    ]),
    ...Object.values(consumers).flatMap(({ stream, durable }) => [
      call('CONSUMER.INFO', stream, durable),
      call('CONSUMER.DURABLE.CREATE', stream, durable),
    ]),
    ...callsOf(hubCalls),
    ...throughOwnConsumers(hubCalls),
    ...workThrough(consumers.recorder),
  ],
  hear: [anyOf(subjects.live), anyOf(subjects.notify), subjects.accessChanged],
  answer: [{ subject: subjects.historyGet, queue: 'hub' }],
  inbox: '_INBOX_hub',
}

/** Workers take requests, ask for their history, and write the log and the final of any. */
export const workerRights: Rights = {
  publish: [
    ...[subjects.stream, subjects.ahead, subjects.final].map(anyOf),
    subjects.historyGet,
    ...callsOf(workerCalls),
    call('CONSUMER.INFO', consumers.chatWorkers.stream, consumers.chatWorkers.durable),
    ...workThrough(consumers.chatWorkers),
  ],
  hear: [subjects.anyCancel],
  answer: [
    ...[subjects.title, subjects.modelsList].map((subject) => ({ subject, queue: 'chat-workers' })),
    ...[subjects.anyTranscribe, subjects.anySay, subjects.hears, subjects.speaks].map((subject) => ({
      subject,
      queue: 'speech-workers',
    })),
  ],
  inbox: '_INBOX_worker',
}

function call(name: string, ...tokens: readonly string[]): string {
  return ['$JS.API', name, ...tokens].join('.')
}

function callsOf(calls: ForEachStream): string[] {
  return Object.entries(streams).flatMap(([key, { name }]) =>
    (calls[key as keyof typeof streams] ?? []).map((verb) => call(verb, name)),
  )
}

/** Reading through a consumer of one's own, whose name the server chooses, and taking that away. */
function throughOwnConsumers(calls: ForEachStream): string[] {
  return callsOf(calls)
    .filter((subject) => subject.includes('.CONSUMER.CREATE.'))
    .flatMap((subject) => {
      const stream = subject.slice(subject.lastIndexOf('.') + 1)
      return [call('CONSUMER.MSG.NEXT', stream, '*'), call('CONSUMER.DELETE', stream, '*')]
    })
}

function workThrough({ stream, durable }: { stream: string; durable: string }): string[] {
  return [call('CONSUMER.MSG.NEXT', stream, durable), `$JS.ACK.${stream}.${durable}.>`]
}
