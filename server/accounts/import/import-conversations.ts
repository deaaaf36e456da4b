import type { HubConfig } from '../../config.ts'
import type { Rooms } from '../../house.ts'
import type { ImportOutcome } from '../../store/imports.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { readAside } from './read-aside.ts'
import type { UploadedForm } from './uploaded-form.ts'

/** What an import needs of the house. */
export type ImportRooms = Pick<Rooms, 'store' | 'log' | 'notify'> & {
  readonly config: Pick<HubConfig, 'maxMessageLength'>
}

/**
 * Adds the conversations of an exported file to a person's own: all that are not there yet, or none.
 *
 * @param form - with the file, which may be anything; its bytes are used up.
 * @throws CodedError `request_invalid` in words for people where it is none of ours, `store_unavailable`.
 */
export async function importConversations(
  rooms: ImportRooms,
  { user, address }: SignedIn,
  form: UploadedForm,
): Promise<ImportOutcome> {
  const { maxMessageLength } = rooms.config
  const bounds = { userId: user.id, maxMessageLength, now: Date.now() }
  const conversations = await readAside({ form, bounds })
  const outcome = await rooms.store.imports.add(user.id, conversations)
  const facts = { conversations: outcome.added.length, messages: outcome.messages }
  const by = { actorId: user.id, subjectId: user.id, ...(address !== undefined && { address }) }
  await audit(rooms, { act: 'conversations-imported', ...by, facts })
  const [first] = outcome.added
  if (first !== undefined) rooms.notify(user.id, { kind: 'changed', conversation_id: first })
  return outcome
}
