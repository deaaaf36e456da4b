import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { SharedStorage } from '../../web/chat/kept.ts'
import { endlessTokens, type Ledger } from '../check/ledger.ts'
import type { Random } from '../random.ts'
import { Tab } from './tab.ts'

/** Where somebody's page comes in. */
export interface Door {
  readonly hub: number
  readonly port: number
}

export interface PersonOptions {
  readonly cookie: string
  readonly random: Random
  readonly ledger: Ledger
  /** A door of the house, any. */
  chooseDoor(): Door
  /** A tab has just sent a message. */
  onSent(tab: Tab): void
}

/** Most that one person has open at once, below the house's own limit. */
const maxOpen = 2

/** Somebody with one conversation in one or more tabs, and what they do. */
export class Person {
  readonly cookie: string
  readonly conversationId = uuidv7()
  readonly storage: SharedStorage = storageOf(new Map())
  readonly tabs: Tab[] = []
  userId = ''
  readonly #options: PersonOptions
  readonly #sent: ChatSendFrame[] = []
  readonly #accepted = new Set<string>()
  readonly #settled = new Set<string>()
  #leaf: string | null = null

  constructor(options: PersonOptions) {
    this.#options = options
    this.cookie = options.cookie
  }

  door(): Door & { readonly cookie: string } {
    return { ...this.#options.chooseDoor(), cookie: this.cookie }
  }

  hasTab(id: string): boolean {
    return this.tabs.some((tab) => tab.id === id)
  }

  openTab(): void {
    this.tabs.push(new Tab(this, this.#options.ledger))
  }

  closeTab(): void {
    this.tabs.shift()?.close()
  }

  /** The page goes and comes again, with what the storage kept. */
  reload(): void {
    this.closeTab()
    this.openTab()
  }

  /** Replies that are not known to have ended. */
  get open(): string[] {
    return this.#sent.map(({ request_id }) => request_id).filter((id) => !this.#settled.has(id))
  }

  get hasUnsent(): boolean {
    return this.tabs.some((tab) => tab.outbox.next() !== undefined)
  }

  accepted(requestId: string): void {
    this.#accepted.add(requestId)
  }

  settled(requestId: string): void {
    this.#settled.add(requestId)
  }

  refused({ request_id }: ChatSendFrame, code: string): void {
    this.#options.ledger.violate(`${request_id} was refused with ${code}`)
  }

  onSent(tab: Tab): void {
    this.#options.onSent(tab)
  }

  /** What ended, or went on on another branch, while no page of theirs showed it: they look for it. */
  lookForUnseen(): void {
    for (const requestId of this.open) {
      const isSeen = this.tabs.some((tab) => tab.watched.has(requestId))
      if (!isSeen && this.#accepted.has(requestId)) this.tabs[0]?.show(requestId)
    }
  }

  /** Says something, says something else instead, or wants another answer. */
  ask(): void {
    const { random } = this.#options
    this.lookForUnseen()
    if (this.open.length >= maxOpen) return
    const settledBefore = this.#sent.filter(({ request_id }) => this.#accepted.has(request_id))
    const earlier = random.chance(0.2) && settledBefore.length > 0 ? random.pick(settledBefore) : undefined
    // What follows a message that is not accepted yet goes by the same way.
    const waiting = this.#sent.find(({ request_id }) => !this.#accepted.has(request_id))
    const tab = this.tabs.find(({ outbox }) => waiting && outbox.find(waiting.request_id)) ?? this.tabs[0]
    if (tab === undefined || (waiting && !tab.outbox.find(waiting.request_id))) return
    const asked = earlier === undefined ? this.#newMessage() : this.#again(earlier)
    if (!tab.ask(asked.frame)) return
    this.#sent.push(asked.frame)
    this.#leaf = asked.frame.request_id
    this.#options.ledger.add({ ...asked, who: this, askedAtMs: performance.now(), stoppedAtMs: undefined })
  }

  /** Stops something that runs, from any tab. */
  stop(): void {
    const requestId = this.open.find((id) => this.#accepted.has(id))
    if (requestId !== undefined) this.#options.random.shuffled(this.tabs).find((tab) => tab.stop(requestId))
  }

  /** Stops what would never end. */
  stopEndless(): void {
    for (const requestId of this.open) {
      if (this.#options.ledger.asked.get(requestId)?.tokens !== endlessTokens) continue
      if (this.#accepted.has(requestId)) this.tabs.find((tab) => tab.stop(requestId))
    }
  }

  #newMessage() {
    const { random } = this.#options
    const tokens = random.chance(0.1) ? endlessTokens : 20 + random.below(60)
    const wording = `tokens=${tokens} rate=${random.pick([12, 20, 30])}`
    const model = random.chance(0.15) ? 'closing' : 'counting'
    return { frame: this.#frame({ message: wording, model }), tokens }
  }

  #again(earlier: ChatSendFrame) {
    const tokens = this.#options.ledger.asked.get(earlier.request_id)?.tokens ?? 0
    const { parent_id, message_id, model = 'counting' } = earlier
    if (this.#options.random.chance(0.5))
      return { frame: this.#frame({ kind: 'regenerate', parent_id, message_id, model }), tokens }
    const edited = this.#newMessage()
    return { ...edited, frame: { ...edited.frame, kind: 'edit' as const, parent_id } }
  }

  #frame(more: Partial<ChatSendFrame>): ChatSendFrame {
    return {
      type: 'chat.send',
      kind: 'send',
      request_id: uuidv7(),
      conversation_id: this.conversationId,
      message_id: uuidv7(),
      parent_id: this.#leaf,
      ...more,
    }
  }
}

const storageOf = (kept: Map<string, string>): SharedStorage => ({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
})
