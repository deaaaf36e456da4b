import type { Bus } from '../bus/nats/bus.ts'
import { asLog, type Logger } from '../telemetry/logger.ts'
import type { Desk } from './chat/answer.ts'
import { Leases } from './chat/lease.ts'
import { serveModels } from './chat/models.ts'
import { type ChatService, serveChat } from './chat/serve.ts'
import { serveTitles } from './chat/title.ts'
import type { WorkerConfig } from './config.ts'
import type { Backends } from './inference/backends.ts'
import { pauseUnlessAborted } from './runtime/pause.ts'

export interface WorkerParts {
  readonly config: Pick<
    WorkerConfig,
    'firstTokenTimeoutMs' | 'tokenTimeoutMs' | 'maxConcurrentChats' | 'maxReplyLength'
  >
  readonly bus: Bus
  readonly backends: Backends
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
export function createWorker({ config, bus, backends, logger }: WorkerParts): Worker {
  const desk: Desk = {
    bus,
    backends,
    leases: new Leases(),
    log: asLog(logger),
    patience: { firstTokenMs: config.firstTokenTimeoutMs, tokenMs: config.tokenTimeoutMs },
    maxReplyLength: config.maxReplyLength,
  }
  let chat: ChatService | undefined
  let responders: { unsubscribe(): void }[] = []

  async function drain(graceMs: number): Promise<void> {
    if (chat === undefined) return
    for (const responder of responders) responder.unsubscribe()
    responders = []
    const drained = chat.drain()
    await within(drained, graceMs)
    chat.release()
    await within(drained, handOverMs)
    chat.close()
    chat = undefined
  }

  return {
    start: () => {
      chat ??= serveChat(desk, config.maxConcurrentChats)
      responders = [serveTitles(desk), serveModels(desk)]
      logger.info({ slots: config.maxConcurrentChats }, 'The worker takes chat requests')
    },
    drain,
    close: async () => {
      await drain(0)
      backends.close()
    },
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, pauseUnlessAborted(ms, over.signal)])
  over.abort()
}
