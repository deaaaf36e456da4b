import { CodedError } from '../../../bus/contract/errors.ts'
import { deleteAccount } from '../../accounts/delete-account.ts'
import { apiKeyLifetimes, makeApiKey, revokeApiKey, type WantedKey } from '../../accounts/keys/make-key.ts'
import { type SignedIn, unlinkIdentity } from '../../accounts/link-identity.ts'
import { offeredTo } from '../../accounts/offered-ways.ts'
import { nameFrom } from '../../accounts/own-words.ts'
import { apiKeyScopes, requireFresh } from '../../accounts/permissions.ts'
import { makeRecoveryCodes } from '../../accounts/recovery/codes.ts'
import { renameUser } from '../../accounts/rename-user.ts'
import type { Rooms } from '../../house.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { fieldOf } from '../request-fields.ts'
import { idOf, type Visit } from '../visit.ts'
import { deletionSection, deletionWords } from './data-section.ts'
import { type AccountFacts, readAccountFacts } from './facts.ts'
import { keysSection } from './keys-section.ts'
import { profileSection } from './profile-section.ts'
import { providersSection } from './providers-section.ts'
import { recoverySection } from './recovery-section.ts'

/** What came of a form: the card it stands on, as it is now, and a word about it. */
export interface Changed {
  readonly card: Html | false
  readonly said?: string
  /** For other places on the page. */
  readonly also?: Html
  /** There are other ways in than before; what the page knows now. */
  readonly changedWays?: AccountFacts
}

/** Each takes one form of the page. */
export async function rename(rooms: Rooms, { user, request, reply }: Visit): Promise<Changed> {
  const name = nameFrom(fieldOf(request.body, 'name'))
  if (name === undefined) {
    reply.code(422)
    return { card: profileSection(user, 'A name needs at least one letter.') }
  }
  await renameUser(rooms, signedIn({ user, request }), name)
  const also = html`<hx-partial hx-target=".sidebar-foot .person-name" hx-swap="innerHTML settle:0">${name}</hx-partial>`
  return { card: profileSection({ ...user, name }), said: 'Saved.', also }
}

export async function unlink(rooms: Rooms, visit: Visit): Promise<Changed> {
  const { body } = visit.request
  const [issuer, subject] = [fieldOf(body, 'issuer') ?? '', fieldOf(body, 'subject') ?? '']
  const offered = offeredTo(rooms, visit.request)
  await unlinkIdentity(rooms, signedIn(visit), { issuer, subject }, offered)
  const facts = await readAccountFacts(rooms, visit)
  return { card: providersSection(facts), said: 'Unlinked.', changedWays: facts }
}

export async function makeCodes(rooms: Rooms, visit: Visit): Promise<Changed> {
  const codes = await makeRecoveryCodes(rooms, signedIn(visit))
  const facts = await readAccountFacts(rooms, visit)
  return { card: recoverySection(facts, codes) }
}

export async function makeKey(rooms: Rooms, visit: Visit): Promise<Changed> {
  const wanted = readWantedKey(visit.request.body)
  if (typeof wanted === 'string') {
    visit.reply.code(422)
    return { card: keysSection(await readAccountFacts(rooms, visit), { problem: wanted }) }
  }
  const key = await makeApiKey(rooms, signedIn(visit), wanted)
  return { card: keysSection(await readAccountFacts(rooms, visit), { key }) }
}

export async function removeKey(rooms: Rooms, visit: Visit): Promise<Changed> {
  await revokeApiKey(rooms, signedIn(visit), idOf(visit))
  return { card: keysSection(await readAccountFacts(rooms, visit)), said: 'Revoked.' }
}

export async function deleteMine(rooms: Rooms, visit: Visit): Promise<Changed> {
  const typed = (fieldOf(visit.request.body, 'confirm') ?? '').trim().toLowerCase()
  if (typed !== deletionWords) {
    visit.reply.code(422)
    const problem = `Nothing was deleted. Type “${deletionWords}” to go on.`
    return { card: deletionSection(await readAccountFacts(rooms, visit), problem) }
  }
  const { user, credential, address } = signedIn(visit)
  requireFresh({ user, credential }, 'manage-account')
  await deleteAccount(rooms, user.id, { actorId: user.id, ...(address !== undefined && { address }) })
  const goodbye = '/sign-in?problem=account_deleted'
  visit.reply.header('hx-redirect', goodbye).header('refresh', `0; url=${goodbye}`)
  return { card: false }
}

export const signedIn = ({ user, request }: Pick<Visit, 'user' | 'request'>): SignedIn => ({
  user,
  credential: request.credential,
  address: request.ip,
})

/** @returns one sentence for the person where something is missing. @throws CodedError for what no form of ours sends. */
function readWantedKey(body: unknown): WantedKey | string {
  const name = nameFrom(fieldOf(body, 'name'))
  if (name === undefined) return 'Give the key a name, so that you know it later.'
  const scopes = apiKeyScopes.filter((scope) => fieldOf(body, `scope-${scope}`) !== undefined)
  if (scopes.length === 0) return 'A key that may do nothing is no use.'
  const said = fieldOf(body, 'days')
  const days = apiKeyLifetimes.find((one) => String(one ?? '') === said)
  if (days === undefined) throw new CodedError('request_invalid')
  return { name, scopes, days }
}
