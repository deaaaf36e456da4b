import { pino } from 'pino'
import type { ChatFinal, ChatRequest } from '../../bus/contract/chat.ts'
import type { HistoryAnswer } from '../../bus/contract/history.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, type ReplyReader, readEntry } from '../../bus/contract/reply-reader.ts'
import { consumers, streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { decodeBody, encodeBody } from '../../bus/nats/body.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import { createWorker, type Worker, type WorkerParts } from '../../workers/app.ts'
import type { Backend } from '../../workers/inference/backend.ts'
import { type Backends, type BackendsOptions, openBackends } from '../../workers/inference/backends.ts'
import { demoBackend } from '../../workers/inference/demo.ts'
import type { Speech } from '../../workers/inference/speech.ts'
import { type NatsServer, startNatsServer } from '../servers/nats-server.ts'
import { waitUntil } from '../servers/wait-until.ts'

/** A request as a test made it, with what becomes of it. */
export interface Asked {
  readonly request: ChatRequest
  readonly subject: string
}

/** The part of a hub that a worker meets, over a real bus: it asks, tells histories and keeps finals. */
export interface WorkerHouse extends AsyncDisposable {
  readonly nats: NatsServer
  readonly bus: Bus
  /** What the next history answers say; a test may set it at any time. */
  history: (request: {
    request_id: string
    budget: number
  }) => Partial<HistoryAnswer> | undefined | Promise<Partial<HistoryAnswer>>
  /** Finals wait on the bus until this resolves; a test may set it at any time. */
  recording: Promise<void>
  ask(message: string, more?: Partial<ChatRequest>): Promise<Asked>
  /** Publishes a request that was asked before again, as a hub does with another floor. */
  askAgain(asked: Asked, attemptFloor: number): Promise<void>
  cancel(asked: Asked): void
  entries(asked: Asked): Promise<LogEntry[]>
  /** The log as a strict reader sees it. @throws when the reader meets a gap. */
  read(asked: Asked): Promise<ReplyReader>
  finals(asked: Asked): readonly ChatFinal[]
  /** Waits for the final. */
  final(asked: Asked, timeoutMs?: number): Promise<ChatFinal>
  /** A worker in this process, on a bus connection of its own. */
  startWorker(options?: WorkerOptions): Promise<HouseWorker>
}

export interface WorkerOptions {
  readonly backends?: readonly Backend[]
  readonly choosing?: Partial<BackendsOptions>
  readonly config?: Partial<WorkerParts['config']>
  readonly speech?: Speech
}

export interface HouseWorker {
  readonly worker: Worker
  readonly bus: Bus
  readonly backends: Backends
}

export async function openWorkerHouse(): Promise<WorkerHouse> {
  const nats = await startNatsServer()
  const bus = connectBus({ url: nats.url, name: 'test hub', role: 'hub', maxBytesScale: 0.05 })
  await waitUntil('the bus is connected', () => bus.state === 'connected')
  const conversations = new Map<string, string>()
  const finals = new Map<string, ChatFinal[]>()
  const workers: HouseWorker[] = []
  const responder = bus.respond(subjects.historyGet, 'hubs', async (body) => answerHistory(body))
  await responder.active
  const recorder = bus.work({
    ...consumers.recorder,
    slots: 8,
    handle: async ({ body }) => {
      await house.recording
      const final = decodeBody(body) as ChatFinal
      finals.set(final.request_id, [...(finals.get(final.request_id) ?? []), final])
      return { kind: 'ack' }
    },
  })

  async function answerHistory(body: unknown): Promise<HistoryAnswer> {
    const question = body as { request_id: string; budget: number }
    const told = await house.history(question)
    // A hub that does not answer: the question is left to time out.
    if (told === undefined) return await new Promise(() => undefined)
    return {
      state: 'published',
      messages: [{ role: 'user', content: conversations.get(question.request_id) ?? '' }],
      companion: { name: 'Aoi', system_prompt: 'You are kind.' },
      options: {},
      ...told,
    }
  }

  async function publish(request: ChatRequest): Promise<void> {
    await bus.publish(subjects.message(request.user_id), encodeBody(request), {
      messageId: `${request.user_id}.${request.request_id}.${request.attempt_floor}`,
    })
  }

  const house: WorkerHouse = {
    nats,
    bus,
    history: () => ({}),
    recording: Promise.resolve(),
    ask: async (message, more = {}) => {
      const request = { ...newRequest(), ...more }
      conversations.set(request.request_id, message)
      await publish(request)
      return { request, subject: subjects.stream(request.user_id, request.request_id) }
    },
    askAgain: ({ request }, attemptFloor) => publish({ ...request, attempt_floor: attemptFloor }),
    cancel: ({ request: { request_id, user_id } }) =>
      bus.send(subjects.cancel(user_id), encodeBody({ request_id, user_id, timestamp: Date.now() / 1000 })),
    entries: async ({ subject }) => {
      const entries: LogEntry[] = []
      for await (const { body } of bus.readEntries(streams.log.name, subject, 1)) {
        entries.push(decodeBody(body) as LogEntry)
      }
      return entries
    },
    read: async (asked) => {
      const reader = newReader()
      for (const entry of await house.entries(asked)) {
        if (readEntry(reader, entry) === 'gap') throw new Error(`A gap at ${JSON.stringify(entry)}`)
      }
      return reader
    },
    finals: ({ request }) => finals.get(request.request_id) ?? [],
    final: (asked, timeoutMs = 30_000) =>
      waitUntil('the final is there', () => house.finals(asked)[0], { timeoutMs }),
    startWorker: async (options = {}) => {
      const started = await startWorker(nats.url, options)
      workers.push(started)
      return started
    },
    [Symbol.asyncDispose]: async () => {
      for (const { worker, bus: own } of workers) {
        await worker.close()
        await own.close()
      }
      await recorder.drain()
      await bus.close()
      await nats.stop()
    },
  }
  return house
}

async function startWorker(url: string, options: WorkerOptions): Promise<HouseWorker> {
  const bus = connectBus({ url, name: 'test worker', role: 'worker' })
  const backends = openBackends({
    backends: options.backends ?? [],
    demo: demoBackend({ piecesPerSecond: 500 }),
    demoMode: 'auto',
    defaultModel: undefined,
    log: () => undefined,
    retryMs: 50,
    returnMs: 300,
    ...options.choosing,
  })
  const config = {
    firstTokenTimeoutMs: 5_000,
    tokenTimeoutMs: 5_000,
    maxConcurrentChats: 4,
    maxReplyLength: 200_000,
    maxConcurrentSpeech: 4,
    ...options.config,
  }
  const worker = createWorker({
    config,
    bus,
    backends,
    speech: options.speech ?? {},
    logger: pino({ level: 'silent' }),
  })
  worker.start()
  await waitUntil('the worker is connected', () => bus.state === 'connected')
  return { worker, bus, backends }
}

/** A request of somebody new, in a conversation of its own. */
export function newRequest(): ChatRequest {
  return {
    kind: 'send',
    request_id: uuidv7(),
    conversation_id: uuidv7(),
    message_id: uuidv7(),
    parent_id: null,
    user_id: uuidv7(),
    username: 'someone',
    premium: false,
    attempt_floor: 0,
    timestamp: Date.now() / 1000,
  }
}
