import { maxNameLength } from '../../accounts/sign-in.ts'
import { maxPasskeysPerUser, type Passkey } from '../../store/passkeys.ts'
import { timeWords } from '../clock.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import type { AccountFacts } from './facts.ts'
import { confirmFirst, formTo, row, rows, section } from './section.ts'

/** Passkeys: what they are, the ones there are, and a further one. */
export const passkeysSection = (facts: AccountFacts): Html =>
  section(
    {
      ...{ id: 'passkeys', title: 'Passkeys', icon: 'passkey' },
      note: 'Sign in with a finger, a face or a PIN on your own device. Nothing that could be stolen or guessed leaves it.',
    },
    html`${facts.passkeys.length > 0 && rows(facts.passkeys.map((one) => passkeyRow(one, facts)))}
${adding(facts)}`,
  )

function adding({ isFresh, hasPasskeys, passkeys }: AccountFacts): Html | false {
  if (!hasPasskeys)
    return html`<p class="account-note">Passkeys work at an https:// address with a name, or at http://localhost.</p>`
  if (!isFresh) return confirmFirst('passkeys', 'to add a passkey, or take one away.')
  return (
    passkeys.length < maxPasskeysPerUser &&
    html`<form class="account-form account-line" data-passkey="make" action="/account/passkeys" method="post">
<label class="account-field"><span>Name for this device</span><input class="input" name="name" maxlength="${maxNameLength}" placeholder="Phone" autocomplete="off"></label>
<button type="submit" class="btn">${icon('plus', 'small')}Add a passkey</button>
<p class="form-problem" aria-live="assertive" data-passkey-problem hidden></p>
</form>`
  )
}

function passkeyRow(passkey: Passkey, facts: AccountFacts): Html {
  const { credentialId, name, createdAt, lastUsedAt, backedUp } = passkey
  const isOnly = facts.user.kind !== 'owner' && facts.identities.length + facts.passkeys.length <= 1
  const used = lastUsedAt === null ? 'not used yet' : html`last used ${timeWords(lastUsedAt, facts.clock)}`
  return row({
    name,
    note: html`made ${timeWords(createdAt, facts.clock)} · ${used}${backedUp ? ' · kept in your password manager' : ' · on one device only'}${isOnly && ' · your only way in, so it stays'}`,
    ...(facts.isFresh && !isOnly && { actions: removeForm(credentialId, name) }),
  })
}

const removeForm = (credentialId: string, name: string): Html =>
  html`<form ${formTo('/account/passkeys/remove', 'passkeys')} hx-confirm="Remove this passkey? You cannot sign in with it any more.">
<input type="hidden" name="credential" value="${credentialId}">
<button type="submit" class="btn btn-sm btn-ghost" aria-label="Remove ${name}">Remove</button></form>`
