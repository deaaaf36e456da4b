import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Asked } from '../../web/chat/delivery.ts'
import type { SharedStorage } from '../../web/chat/kept.ts'
import { endlessTokens, type Ledger } from '../check/ledger.ts'
import type { Rescues } from '../check/rescues.ts'
import type { Random } from '../random.ts'
import { Tab } from './tab.ts'

/** Where somebody's page comes in. */
export interface Door {
  readonly hub: number
  readonly port: number
}

export interface PersonOptions {
  readonly cookie: string
  readonly ledger: Ledger
  readonly rescues: Rescues
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
  /** Where this conversation ends, on all pages. */
  leaf: string | null = null
  /** By which page something was stopped. */
  readonly #stoppedBy = new Map<string, Tab>()

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
    this.tabs.push(new Tab(this, this.#options.ledger, this.#options.rescues))
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
    this.#options.ledger.ended(requestId)
  }

  refused({ request_id }: ChatSendFrame, code: string): void {
    this.#options.ledger.violate(`${request_id} was refused with ${code}`, request_id)
  }

  onSent(tab: Tab): void {
    this.#options.onSent(tab)
  }

  /** What ended, or went on on another branch, while no page of theirs showed it: they look for it. */
  lookForUnseen(): void {
    for (const requestId of this.open) {
      const isSeen = this.tabs.some((tab) => tab.thread.watched.has(requestId))
      if (!isSeen && this.#accepted.has(requestId)) this.tabs[0]?.show(requestId)
    }
  }

  /** Says something, says something else instead, or wants another answer. */
  ask(random: Random): void {
    this.lookForUnseen()
    if (this.open.length >= maxOpen) return
    const settledBefore = this.#sent.filter(({ request_id }) => this.#accepted.has(request_id))
    const earlier = random.chance(0.2) && settledBefore.length > 0 ? random.pick(settledBefore) : undefined
    // What follows a message that is not accepted yet goes by the same way.
    const waiting = this.#sent.find(({ request_id }) => !this.#accepted.has(request_id))
    const tab = this.tabs.find(({ outbox }) => waiting && outbox.find(waiting.request_id)) ?? this.tabs[0]
    if (tab === undefined || (waiting && !tab.outbox.find(waiting.request_id))) return
    const wanted = earlier === undefined ? newMessage(random) : this.#again(earlier, random)
    const frame = tab.ask(wanted.asked, wanted.model)
    if (frame === undefined) return
    this.#sent.push(frame)
    this.leaf = frame.request_id
    this.#options.ledger.add({ frame, tokens: wanted.tokens, who: this })
  }

  /** Stops something that runs, from any page. */
  stop(random: Random): void {
    const requestId = this.#stoppable().find((id) => !this.#stoppedBy.has(id))
    if (requestId !== undefined) this.#press(requestId, random.shuffled(this.tabs))
  }

  /** Stops what would never end; once, unless the page that was to see to it is gone. */
  stopEndless(): void {
    for (const requestId of this.#stoppable()) {
      const isEndless = this.#options.ledger.asked.get(requestId)?.tokens === endlessTokens
      if (isEndless && !this.#isStopped(requestId)) this.#stopWithAllBefore(requestId)
    }
  }

  /** Where another runs before it on its page, perhaps waiting for just this one, the button stops that one first. */
  #stopWithAllBefore(requestId: string): void {
    this.#press(requestId, this.tabs)
    if (this.#isStopped(requestId)) return
    const tab = this.tabs.find(({ thread }) => thread.running().includes(requestId))
    const [first] = tab?.thread.running() ?? []
    if (tab !== undefined && first !== undefined && !this.#isStopped(first)) this.#press(first, [tab])
  }

  #isStopped(requestId: string): boolean {
    const by = this.#stoppedBy.get(requestId)
    return by !== undefined && this.tabs.includes(by)
  }

  #stoppable(): string[] {
    return this.open.filter((id) => this.#accepted.has(id))
  }

  /** What is pressed is the one button of a page, which stops what runs first there. */
  #press(requestId: string, tabs: readonly Tab[]): void {
    const tab = tabs.find((one) => one.stop(requestId))
    if (tab !== undefined) this.#stoppedBy.set(requestId, tab)
  }

  #again(earlier: ChatSendFrame, random: Random): Wanted {
    const tokens = this.#options.ledger.asked.get(earlier.request_id)?.tokens ?? 0
    const { parent_id, message_id, model = 'counting' } = earlier
    if (random.chance(0.5)) return { asked: { kind: 'regenerate', parent_id, message_id }, model, tokens }
    const edited = newMessage(random)
    return { ...edited, asked: { ...edited.asked, kind: 'edit', parent_id } }
  }
}

interface Wanted {
  readonly asked: Asked
  readonly model: string
  readonly tokens: number
}

function newMessage(random: Random): Wanted {
  const tokens = random.chance(0.1) ? endlessTokens : 20 + random.below(60)
  const message = `tokens=${tokens} rate=${random.pick([12, 20, 30])}`
  const model = random.chance(0.15) ? 'closing' : 'counting'
  return { asked: { kind: 'send', message_id: uuidv7(), message }, model, tokens }
}

const storageOf = (kept: Map<string, string>): SharedStorage => ({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
})
