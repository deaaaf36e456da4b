import type { OutboxStorage } from './outbox.ts'

/** Most drafts that are kept, the oldest go first; and the longest that is kept, in code units. */
const maxDrafts = 30
const maxDraftLength = 64_000

/** What was typed and not sent, per conversation. It survives a reload, and nothing depends on it. */
export class Drafts {
  readonly #storage: OutboxStorage | undefined
  readonly #key: string

  constructor(storage: OutboxStorage | undefined, userId: string) {
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
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(drafts.slice(-maxDrafts)))
    } catch {
      // Full or forbidden: the text still stands in the composer.
    }
  }

  #read(): (readonly [string, string])[] {
    try {
      const found: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? '[]')
      return Array.isArray(found) ? found.filter(isDraft) : []
    } catch {
      return []
    }
  }
}

const isDraft = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'
