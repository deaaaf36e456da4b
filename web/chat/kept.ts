import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { isUuid } from '../../bus/contract/ids.ts'

/** What a person asked for and the hub has not accepted yet. `tab` is the one that sends it. */
export interface OutboxEntry {
  readonly frame: ChatSendFrame
  readonly tab: string
  /** Where the conversation ended when it was asked; what an earlier version of this page wrote does not say. */
  readonly leaf?: string | null
  /** Whether the hub may have it. What an earlier version of this page wrote does not say. */
  readonly sent?: boolean
  readonly refusal?: Refusal
}

/** Why the hub, or this browser, does not take it. It is not sent again by itself. */
export interface Refusal {
  readonly code: string
  readonly detail: string
}

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Most entries of all tabs, and most code units of them as JSON: a browser gives an origin about 5 million. */
const maxEntries = 50
const maxLength = 1_500_000

/**
 * Keeps what a person asked for, in storage that all tabs share, until it is accepted. Each tab sends its own, and
 * adopts those of tabs that are gone. Storage that is full, forbidden or spoilt costs only the survival of a reload.
 */
export class Outbox {
  readonly #storage: SharedStorage | undefined
  readonly #key: string
  readonly #tab: string
  #own: OutboxEntry[] = []

  constructor(storage: SharedStorage | undefined, userId: string, tab: string) {
    this.#storage = storage
    this.#key = `companions.outbox.${userId}`
    this.#tab = tab
  }

  /** @param leaf the conversation's last turn before it. @returns false when it is full; `frame` is then not kept. */
  add(frame: ChatSendFrame, leaf: string | null = frame.parent_id): boolean {
    const all = [...this.#others(), ...this.#own]
    const length = JSON.stringify(all).length + (frame.message?.length ?? 0)
    if (all.length >= maxEntries || length > maxLength) return false
    this.#set([...this.#own, { frame, leaf, sent: false, tab: this.#tab }])
    return true
  }

  /** What is to be sent next. */
  next(): ChatSendFrame | undefined {
    return this.#own.find(({ refusal }) => refusal === undefined)?.frame
  }

  find(requestId: string): OutboxEntry | undefined {
    return this.#own.find(({ frame }) => frame.request_id === requestId)
  }

  /** The refused frame that holds this message. */
  refused(messageId: string): ChatSendFrame | undefined {
    return this.#own.find(({ frame, refusal }) => refusal && frame.message_id === messageId)?.frame
  }

  /** This tab's entries of one conversation, in the order they were asked. */
  of(conversationId: string): readonly OutboxEntry[] {
    return this.#own.filter(({ frame }) => frame.conversation_id === conversationId)
  }

  /** It went out; or the hub has said that it has not kept it. */
  setSent(requestId: string, sent: boolean): void {
    this.#change(requestId, { sent })
  }

  /** Accepted or discarded. */
  remove(requestId: string): void {
    this.#set(this.#own.filter(({ frame }) => frame.request_id !== requestId))
  }

  /** Taken back before it was sent. */
  takeBack(requestId: string): void {
    this.#rehang(requestId)
    this.remove(requestId)
  }

  /** It stays, to be read and mended. */
  refuse(requestId: string, refusal: Refusal): void {
    this.#rehang(requestId)
    this.#change(requestId, { refusal })
  }

  /** @param isGone whether the tab of an entry is no more. @returns the entries that are now this tab's. */
  adopt(isGone: (tab: string) => boolean): readonly OutboxEntry[] {
    const orphans = this.#others().filter(({ tab }) => isGone(tab))
    const strange = orphans.filter((entry) => !this.find(requestOf(entry)))
    const adopted = strange.map((entry) => ({ ...entry, tab: this.#tab }))
    if (orphans.length > 0) this.#set([...adopted, ...this.#own], new Set(orphans.map(requestOf)))
    return adopted
  }

  #change(requestId: string, change: Partial<OutboxEntry>): void {
    this.#set(this.#own.map((entry) => (requestOf(entry) === requestId ? { ...entry, ...change } : entry)))
  }

  /** There will be no answer to this request: what was to follow it follows what it would have followed. */
  #rehang(requestId: string): void {
    const gone = this.find(requestId)
    if (gone === undefined) return
    const parent_id = standsBefore(gone)
    this.#own = this.#own.map((entry) =>
      entry.frame.parent_id === requestId ? { ...entry, frame: { ...entry.frame, parent_id } } : entry,
    )
  }

  #others(): OutboxEntry[] {
    return this.#read().filter(({ tab }) => tab !== this.#tab)
  }

  #set(own: OutboxEntry[], adopted: ReadonlySet<string> = new Set()): void {
    this.#own = own
    const others = this.#others().filter((entry) => !adopted.has(requestOf(entry)))
    keepIn(this.#storage, this.#key, [...others, ...own])
  }

  #read(): OutboxEntry[] {
    return listIn(this.#storage, this.#key, isEntry)
  }
}

/** What stands before a request in the conversation; a regenerated answer leaves all that stood there in its place. */
export const standsBefore = ({ frame, leaf = null }: OutboxEntry): string | null =>
  frame.kind === 'regenerate' ? leaf : frame.parent_id

const requestOf = ({ frame }: OutboxEntry): string => frame.request_id

/** Storage may hold what another version wrote, or a person's experiments. */
function isEntry(value: unknown): value is OutboxEntry {
  const { tab, frame } = (value ?? {}) as Partial<OutboxEntry>
  return (
    typeof tab === 'string' &&
    frame?.type === 'chat.send' &&
    [frame.request_id, frame.conversation_id, frame.message_id].every(isUuid)
  )
}

/** Most drafts that are kept, the oldest go first; and the longest that is kept, in code units. */
const maxDrafts = 30
const maxDraftLength = 64_000

/** What was typed and not sent, per conversation. It survives a reload, and nothing depends on it. */
export class Drafts {
  readonly #storage: SharedStorage | undefined
  readonly #key: string

  constructor(storage: SharedStorage | undefined, userId: string) {
    this.#storage = storage
    this.#key = `companions.drafts.${userId}`
  }

  of(conversationId: string): string {
    return this.#read().find(([id]) => id === conversationId)?.[1] ?? ''
  }

  /** An empty text removes the draft. */
  keep(conversationId: string, text: string): void {
    const others = this.#read().filter(([id]) => id !== conversationId)
    const isKept = text !== '' && text.length <= maxDraftLength
    const drafts = isKept ? [...others, [conversationId, text] as const] : others
    keepIn(this.#storage, this.#key, drafts.slice(-maxDrafts))
  }

  #read(): (readonly [string, string])[] {
    return listIn(this.#storage, this.#key, isDraft)
  }
}

const isDraft = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'

export function keepIn(storage: SharedStorage | undefined, key: string, list: readonly unknown[]): void {
  try {
    if (list.length === 0) storage?.removeItem(key)
    else storage?.setItem(key, JSON.stringify(list))
  } catch {
    // Full or forbidden: the page still has it.
  }
}

export function listIn<One>(
  storage: SharedStorage | undefined,
  key: string,
  isOne: (value: unknown) => value is One,
): One[] {
  try {
    const found: unknown = JSON.parse(storage?.getItem(key) ?? '[]')
    return Array.isArray(found) ? found.filter(isOne) : []
  } catch {
    return []
  }
}

/** The storage all tabs share, or undefined where a browser forbids it. */
export function sharedStorage(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
