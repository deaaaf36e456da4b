import { createHash } from 'node:crypto'
import { renderMarkdown } from './markdown.ts'

/** Memory that rendered replies may take in this process, in bytes. */
const maxTotalBytes = 16 * 1024 * 1024
/** One so large that it would push many others out is rendered anew each time. */
const maxShare = 1 / 16
/** What an entry takes besides its text: key and place in the map, by estimate. */
const entryBytes = 200

type Render = (source: string) => string

export interface RenderedReplies {
  /** What a reply of a person's conversation is rendered as. */
  render(of: { userId: string; conversationId: string }, source: string): string
  /** Drops all of a conversation: what was deleted stays in no memory. */
  forget(conversationId: string): void
  /** Drops all of a person. */
  forgetPerson(userId: string): void
}

/**
 * Remembers what sources were rendered as, by person, conversation and SHA-256; what was not asked for the longest is forgotten
 * past `maxBytes`. Rendering is a pure function, so nothing is ever out of date.
 */
export function rememberRendered(render: Render, maxBytes = maxTotalBytes): RenderedReplies {
  const known = new Map<string, string>()
  let bytes = 0

  const drop = (key: string, html: string) => {
    if (known.delete(key)) bytes -= sizeOf(html)
  }
  const dropAll = (isMeant: (key: string) => boolean) => {
    for (const [key, html] of known) if (isMeant(key)) drop(key, html)
  }
  const forgetOldest = () => {
    for (const [key, html] of known) {
      if (bytes <= maxBytes) return
      drop(key, html)
    }
  }

  return {
    render: ({ userId, conversationId }, source) => {
      const key = `${userId} ${conversationId} ${createHash('sha256').update(source).digest('base64')}`
      const html = known.get(key) ?? render(source)
      const size = sizeOf(html)
      drop(key, html)
      if (size > maxBytes * maxShare) return html
      known.set(key, html)
      bytes += size
      forgetOldest()
      return html
    },
    forget: (conversationId) => dropAll((key) => key.split(' ')[1] === conversationId),
    forgetPerson: (userId) => dropAll((key) => key.startsWith(`${userId} `)),
  }
}

/** V8 keeps text of Latin letters in one byte each and any other in two: the latter is assumed. */
const sizeOf = (html: string): number => 2 * html.length + entryBytes

/** `renderMarkdown` for replies as they are stored: every view of a conversation shows the same ones again. */
export const renderedReplies: RenderedReplies = rememberRendered(renderMarkdown)
