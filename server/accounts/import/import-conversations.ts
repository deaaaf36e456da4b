import type { HubConfig } from '../../config.ts'
import type { Rooms } from '../../house.ts'
import type { ImportOutcome } from '../../store/imports.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { readDocument } from './read-document.ts'
import { toConversations } from './to-conversations.ts'

/** What an import needs of the house. */
export type ImportRooms = Pick<Rooms, 'store' | 'log' | 'notify'> & {
  readonly config: Pick<HubConfig, 'maxMessageLength'>
}

/**
 * Adds the conversations of an exported file to a person's own: all that are not there yet, or none.
 *
 * @param file - its bytes, which may be anything.
 * @throws CodedError `request_invalid` in words for people where it is none of ours, `store_unavailable`.
 */
export async function importConversations(
  rooms: ImportRooms,
  { user, address }: SignedIn,
  file: Uint8Array,
): Promise<ImportOutcome> {
  const { maxMessageLength } = rooms.config
  const conversations = toConversations(readDocument(file), {
    ...{ userId: user.id, maxMessageLength, now: Date.now() },
  })
  const outcome = await rooms.store.imports.add(user.id, conversations)
  const facts = { conversations: outcome.added.length, messages: outcome.messages }
  const by = { actorId: user.id, subjectId: user.id, ...(address !== undefined && { address }) }
  await audit(rooms, { act: 'conversations-imported', ...by, facts })
  const [first] = outcome.added
  if (first !== undefined) rooms.notify(user.id, { kind: 'changed', conversation_id: first })
  return outcome
}
