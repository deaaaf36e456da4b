import type { ErrorFrame } from '../../bus/contract/frames.ts'
import type { Chat } from './chat.ts'
import type { Conversation } from './conversation.ts'
import { waitMs } from './delivery.ts'
import { keepIn, listIn, type SharedStorage, sharedStorage } from './kept.ts'
import { hasEnded } from './page-parts.ts'
import { type Requests, whenIn } from './requests.ts'

/** The part of the chat that stops are about. */
export interface StoppedChat {
  readonly requests: Pick<Requests, 'stopped' | 'outbox' | 'sendStops' | 'ended' | 'takeBack'>
  readonly conversation: Pick<Conversation, 'live'> | undefined
}

/** Most stops that are kept; the oldest go first. */
const maxKept = 20
/** Somebody watches what is to be stopped: failures past so many make the wait no longer. */
const mostFailures = 3

/** Stops that were pressed in this page or before it hold from now on. */
export function keepStops(chat: Chat): void {
  chat.requests.stops = new Stops(sharedStorage(), document.body.dataset.userId ?? '', chat)
  chat.requests.stops.takeUp(chat.conversation?.running() ?? [])
}

/**
 * Keeps what is to be stopped until it ends: over a hub that cannot stop it just now, and, in storage that all tabs
 * share, over a reload. What is stopped twice is stopped once.
 */
export class Stops {
  readonly #storage: SharedStorage | undefined
  readonly #key: string
  readonly #chat: StoppedChat
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(storage: SharedStorage | undefined, userId: string, chat: StoppedChat) {
    this.#storage = storage
    this.#key = `companions.stops.${userId}`
    this.#chat = chat
    for (const requestId of chat.requests.stopped.keys()) this.keep(requestId)
  }

  keep(requestId: string): void {
    this.#failures = 0
    this.#write([...this.#read().filter((id) => id !== requestId), requestId])
  }

  forget(requestId: string): void {
    const kept = this.#read()
    if (kept.includes(requestId)) this.#write(kept.filter((id) => id !== requestId))
  }

  /** These run and are shown: those that were to be stopped before a reload, or in another tab, still are. */
  takeUp(requestIds: readonly string[]): void {
    const kept = this.#read()
    const { stopped } = this.#chat.requests
    for (const requestId of requestIds)
      if (kept.includes(requestId) && !stopped.has(requestId)) stopped.set(requestId, {})
    this.#chat.requests.sendStops()
  }

  /** An error that may be about a stop: it is tried again, or given up. */
  fail({ request_id = '', retryable, detail, retry_after_ms }: Omit<ErrorFrame, 'type'>): void {
    const { requests, conversation } = this.#chat
    if (!requests.stopped.has(request_id)) return
    // It was about a message: one that the hub has not kept need not be sent at all, another is sent before it is stopped.
    if (requests.takeBack(request_id) || requests.outbox.find(request_id)) return
    const live = hasEnded(request_id) ? undefined : conversation?.live.of(request_id)
    if (retryable) {
      const afterMs = waitMs(retry_after_ms, Math.min(this.#failures++, mostFailures))
      this.#timer ??= setTimeout(() => this.#again(), afterMs)
      live?.stop(`Not stopped yet, tried again ${whenIn(afterMs)}. ${detail}`)
    } else {
      requests.ended(request_id)
      live?.stop('')
    }
  }

  #again(): void {
    this.#timer = undefined
    this.#chat.requests.sendStops()
  }

  #write(all: readonly string[]): void {
    keepIn(this.#storage, this.#key, all.slice(-maxKept))
  }

  #read(): string[] {
    return listIn(this.#storage, this.#key, isId)
  }
}

const isId = (value: unknown): value is string => typeof value === 'string'
