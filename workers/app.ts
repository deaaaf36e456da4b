import type { Bus } from '../bus/nats/bus.ts'
import { asLog, type Logger } from '../telemetry/logger.ts'
import type { Desk } from './chat/answer.ts'
import { Leases } from './chat/lease.ts'
import { serveModels } from './chat/models.ts'
import { type ChatService, serveChat } from './chat/serve.ts'
import { serveTitles } from './chat/title.ts'
import type { WorkerConfig } from './config.ts'
import type { Backends } from './inference/backends.ts'
import type { Speech } from './inference/speech.ts'
import { pauseUnlessAborted } from './runtime/pause.ts'
import { type SpeechDesk, type SpeechService, serveSpeech } from './voice/serve.ts'

export interface WorkerParts {
  readonly config: Pick<
    WorkerConfig,
    'firstTokenTimeoutMs' | 'tokenTimeoutMs' | 'maxConcurrentChats' | 'maxReplyLength' | 'maxConcurrentSpeech'
  >
  readonly bus: Bus
  readonly backends: Backends
  readonly speech: Speech
  readonly logger: Logger
}

export interface Worker {
  start(): void
  /**
   * Takes nothing new and lets what runs finish; what still runs after `graceMs` milliseconds is handed to other
   * workers.
   */
  drain(graceMs: number): Promise<void>
  /** Drains without grace and lets go of the backends. The bus stays open: whoever made it closes it. */
  close(): Promise<void>
}

/** How long handing over may take when the bus is away, in milliseconds. */
const handOverMs = 5_000

/** One worker, made of its parts; nothing happens before `start`. */
export function createWorker(parts: WorkerParts): Worker {
  const { config, bus, backends, speech, logger } = parts
  const desk = deskOf(parts)
  let chat: ChatService | undefined
  let calls: SpeechService | undefined
  let responders: { unsubscribe(): void }[] = []

  async function drain(graceMs: number): Promise<void> {
    if (chat === undefined) return
    for (const responder of responders) responder.unsubscribe()
    responders = []
    const drained = Promise.all([chat.drain(), calls?.drain()])
    await within(drained, graceMs)
    chat.release()
    calls?.release()
    await within(drained, handOverMs)
    chat.close()
    chat = undefined
    calls = undefined
  }

  return {
    start: () => {
      chat ??= serveChat(desk, config.maxConcurrentChats)
      responders = [serveTitles(desk), serveModels(desk)]
      calls ??= answerCalls({ bus, speech, slots: config.maxConcurrentSpeech, log: desk.log })
      logger.info({ slots: config.maxConcurrentChats }, 'The worker takes chat requests')
    },
    drain,
    close: async () => {
      await drain(0)
      backends.close()
    },
  }
}

const deskOf = ({ config, bus, backends, logger }: WorkerParts): Desk => ({
  bus,
  backends,
  leases: new Leases(),
  log: asLog(logger),
  patience: { firstTokenMs: config.firstTokenTimeoutMs, tokenMs: config.tokenTimeoutMs },
  maxReplyLength: config.maxReplyLength,
})

function answerCalls(desk: SpeechDesk): SpeechService {
  const [hears, speaks] = [desk.speech.hears !== undefined, desk.speech.speaks !== undefined]
  if (hears || speaks)
    desk.log('info', 'The worker answers questions of calls', { hears, speaks, slots: desk.slots })
  return serveSpeech(desk)
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, pauseUnlessAborted(ms, over.signal)])
  over.abort()
}
