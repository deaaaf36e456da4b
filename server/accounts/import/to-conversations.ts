import { maxModelNameLength, maxSystemPromptLength, maxTitleLength } from '../../../bus/contract/limits.ts'
import { truncate } from '../../../bus/contract/text.ts'
import { firstTitle } from '../../store/first-title.ts'
import type { ImportedConversation } from '../../store/imports.ts'
import { cleaned, refused, textFrom, timeFrom } from './document-values.ts'
import type { DocumentConversation, ExportDocument } from './export-document.ts'
import { conversationIdFor, messageIdFor } from './new-ids.ts'
import { toMessage } from './to-message.ts'

/** Whose they become, and what holds for them here. */
export interface ImportBounds {
  readonly userId: string
  /** Of what a person says, in UTF-16 code units. */
  readonly maxMessageLength: number
  /** Unix milliseconds: nothing was said later. */
  readonly now: number
}

/**
 * The conversations of a file as this house has them: with ids of its own, clean texts, and times that have been. One
 * without messages is left out.
 *
 * @throws CodedError `request_invalid`, in words for people, for what hangs together in no way, or is too long.
 */
export function toConversations(
  { conversations }: ExportDocument,
  bounds: ImportBounds,
): ImportedConversation[] {
  const seen = new Set<string>()
  return conversations.flatMap((one, index) => {
    const where = `conversation ${index + 1}`
    if (seen.has(one.id)) throw refused(`The file has ${where} twice`)
    seen.add(one.id)
    return one.messages.length === 0 ? [] : [toConversation(one, where, bounds)]
  })
}

function toConversation(
  one: DocumentConversation,
  where: string,
  bounds: ImportBounds,
): ImportedConversation {
  const id = conversationIdFor(bounds.userId, one)
  const ids = newIds(one, id, where)
  const messages = one.messages.map((message, index) =>
    toMessage(message, { ...bounds, ids, where: `message ${index + 1} of ${where}` }),
  )
  const times = { where, now: bounds.now }
  const createdAt = timeFrom(one.created_at, times)
  return {
    ...{ id, formerId: one.id, messages },
    title: titleFrom(one, where),
    systemPrompt:
      textFrom(one.system_prompt, maxSystemPromptLength, `The system prompt of ${where}`).trim() || null,
    ...{ temperature: one.temperature ?? null, maxTokens: one.max_tokens ?? null },
    model: textFrom(one.model, maxModelNameLength, `The model of ${where}`) || null,
    activeLeafId: ids.get(one.active_leaf_id ?? '') ?? messages.at(-1)?.id ?? null,
    createdAt,
    updatedAt: Math.max(createdAt, timeFrom(one.updated_at, times)),
  }
}

/**
 * The new ids by the old ones. A message stands after its parent in every export, so whoever looks only back finds all
 * parents, and no ring of them.
 */
function newIds({ messages }: DocumentConversation, id: string, where: string): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  const said = new Set<string>()
  for (const { id: formerId, parent_id, role } of messages) {
    if (ids.has(formerId)) throw refused(`In ${where} a message stands twice`)
    if (parent_id !== null && !ids.has(parent_id))
      throw refused(`In ${where} a message hangs below one that does not stand before it`)
    if (role === 'user') said.add(formerId)
    else if (parent_id !== null && !said.has(parent_id))
      throw refused(`In ${where} an answer answers no message of a person`)
    ids.set(formerId, messageIdFor(id, formerId))
  }
  return ids
}

/** A conversation always has a title here: where there is none it gets the one it would have begun with. */
function titleFrom({ title, messages }: DocumentConversation, where: string): string {
  const line = textFrom(title, maxTitleLength, `The title of ${where}`).replace(/\s+/g, ' ').trim()
  return line || firstTitle(cleaned(truncate(messages[0]?.content ?? '', maxTitleLength))) || 'Untitled'
}
