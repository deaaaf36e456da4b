import { revokeKeyOf } from '../../accounts/administer.ts'
import type { Rooms } from '../../house.ts'
import { type ApiKey, isInForce } from '../../store/api-keys.ts'
import type { LinkedIdentity } from '../../store/identities.ts'
import type { Passkey } from '../../store/passkeys.ts'
import type { Account } from '../../store/store.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import type { View } from '../view.ts'
import { issuerName, scopeName } from './log-facts.ts'
import { idIn, pathOf, personPath } from './person-path.ts'
import type { AdminVisit } from './visit.ts'
import { dayAndTime } from './words.ts'

/** By what somebody and their programs get in. */
export interface WaysOfPerson {
  readonly keys: readonly ApiKey[]
  readonly passkeys: readonly Passkey[]
  readonly identities: readonly LinkedIdentity[]
}

export async function readWaysOf({ store }: Rooms, { id }: Account, now: number): Promise<WaysOfPerson> {
  const [keys, passkeys, identities] = await Promise.all([
    store.apiKeys.list(id),
    store.passkeys.list(id),
    store.identities.list(id),
  ])
  return { keys: keys.filter((key) => isInForce(key, now)), passkeys, identities }
}

/** Keys can be revoked here. Passkeys and linked accounts are shown by name: without them nobody gets back in. */
export const waysCards = (
  person: Account,
  { keys, passkeys, identities }: WaysOfPerson,
  { providers, view }: { providers: readonly NamedProvider[]; view: View },
): Html =>
  html`<section class="card-of"><h2>Keys of their programs</h2>${listOr('There is none.', keys, (key) => keyRow(person, key, view))}</section>
<section class="card-of"><h2>Passkeys and linked accounts</h2>${listOr('There is none.', [...passkeys, ...identities], (one) => ('credentialId' in one ? passkeyRow(one, view) : identityRow(one, providers, view)))}</section>`

const listOr = <Thing>(none: string, things: readonly Thing[], row: (thing: Thing) => Html): Html =>
  things.length === 0
    ? html`<p class="setting-note">${none}</p>`
    : html`<ul class="plain-list">${things.map(row)}</ul>`

const used = (at: number | null, { clock }: View): Html =>
  at === null ? html`never used` : html`last used ${dayAndTime(at, clock)}`

const keyRow = ({ id }: Account, key: ApiKey, view: View): Html =>
  html`<li><span>${key.name} (${key.prefix}…)</span><span class="meta">may ${key.scopes.map(scopeName).join(' and ')}, ${used(key.lastUsedAt, view)}</span><form method="post" action="${pathOf(id)}/keys/${key.id}/revoke"><button ${attributes({ type: 'submit', class: 'btn btn-sm btn-ghost', 'aria-label': `Revoke ${key.name}` })}>Revoke</button></form></li>`

const passkeyRow = ({ name, lastUsedAt }: Passkey, view: View): Html =>
  html`<li><span>${name}</span><span class="meta">passkey, ${used(lastUsedAt, view)}</span></li>`

const identityRow = (
  { issuer, label, lastUsedAt }: LinkedIdentity,
  providers: readonly NamedProvider[],
  view: View,
): Html =>
  html`<li><span>${issuerName(issuer, providers)} · ${label}</span><span class="meta">linked account, ${used(lastUsedAt, view)}</span></li>`

export async function postRevokeKey({ rooms, request, who }: AdminVisit): Promise<string> {
  await revokeKeyOf(rooms, who, idIn(request), idIn(request, 'keyId'))
  return `${personPath(request)}?done=key-revoked`
}
