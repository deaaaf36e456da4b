import { maxNameLength } from '../../accounts/sign-in.ts'
import { maxPasskeysPerUser, type Passkey } from '../../store/passkeys.ts'
import { timeWords } from '../clock.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { type AccountFacts, standingOf } from './facts.ts'
import { confirmFirst, formProblem, formTo, row, rows, section } from './section.ts'

/** Whose name is being changed, or was just now: by their credential ids. */
export interface PasskeyNaming {
  readonly renaming?: string | undefined
  readonly renamed?: string | undefined
  readonly problem?: string
}

/** Passkeys: what they are, the ones there are, and a further one. */
export const passkeysSection = (facts: AccountFacts, naming: PasskeyNaming = {}): Html =>
  section(
    {
      ...{ id: 'passkeys', title: 'Passkeys', icon: 'passkey' },
      note: 'Sign in with a finger, a face or a PIN on your own device. Nothing that could be stolen or guessed leaves it.',
    },
    html`${facts.passkeys.length > 0 && rows(facts.passkeys.map((one) => passkeyRow(one, facts, naming)))}
${adding(facts)}`,
  )

function adding({ isFresh, hasPasskeys, passkeys }: AccountFacts): Html | false {
  if (!hasPasskeys)
    return html`<p class="account-note">Passkeys work at an https:// address with a name, or at http://localhost.</p>`
  if (!isFresh) return confirmFirst('passkeys', 'to add a passkey, or take one away.')
  return (
    passkeys.length < maxPasskeysPerUser &&
    html`<form class="account-form account-line" data-passkey="make" action="/account/passkeys" method="post">
<button ${attributes({ type: 'submit', class: passkeys.length === 0 ? 'btn btn-primary' : 'btn' })}>${icon('plus', 'small')}Add a passkey</button>
<p class="form-problem" aria-live="assertive" data-passkey-problem hidden></p>
</form>`
  )
}

function passkeyRow(passkey: Passkey, facts: AccountFacts, naming: PasskeyNaming): Html {
  const { credentialId, name, createdAt, lastUsedAt, backedUp } = passkey
  if (naming.renaming === credentialId) return renameRow(passkey, naming.problem)
  const { isLast, words } = standingOf(passkey, facts)
  const used = lastUsedAt === null ? 'not used yet' : html`last used ${timeWords(lastUsedAt, facts.clock)}`
  return row({
    name,
    note: html`made ${timeWords(createdAt, facts.clock)} · ${used}${backedUp ? ' · kept in your password manager' : ' · on one device only'}${words}`,
    actions: html`${renameLink(passkey, naming.renamed === credentialId)}${facts.isFresh && !isLast && removeForm(credentialId, name)}`,
  })
}

/** Where somebody comes back to after a change of the name, the keyboard stands where it began. */
const renameLink = ({ credentialId, name }: Passkey, isBack: boolean): Html =>
  html`<a class="btn btn-sm" href="${passkeysPath}?rename=${credentialId}" hx-get="${passkeysPath}?rename=${credentialId}" ${attributes({ ...swapCard, 'aria-label': `Rename ${name}`, autofocus: isBack })}>Rename</a>`

const renameRow = ({ credentialId, name }: Passkey, problem: string | undefined): Html =>
  html`<li class="account-row"><form class="rename account-rename" ${formTo(`${passkeysPath}/rename`, 'passkeys')}>
<input type="hidden" name="credential" value="${credentialId}">
<input ${attributes({ class: 'input rename-text', name: 'name', value: name, maxlength: maxNameLength, 'aria-label': 'Name of this passkey', required: true, autofocus: true, autocomplete: 'off' })}>
<button type="submit" class="btn btn-sm">Save</button><a class="btn btn-sm btn-ghost rename-cancel" href="/account#passkeys" hx-get="${passkeysPath}?renamed=${credentialId}" ${attributes(swapCard)}>Cancel</a>
${formProblem(problem)}</form></li>`

const passkeysPath = '/account/passkeys'
const swapCard = { 'hx-target': '#passkeys', 'hx-swap': 'outerHTML settle:0' }

const removeForm = (credentialId: string, name: string): Html =>
  html`<form ${formTo('/account/passkeys/remove', 'passkeys')} hx-confirm="Remove this passkey? You cannot sign in with it any more.">
<input type="hidden" name="credential" value="${credentialId}">
<button type="submit" class="btn btn-sm account-away" aria-label="Remove ${name}">Remove</button></form>`
