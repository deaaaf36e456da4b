import type { AuditedAct } from '../../accounts/audit.ts'
import type { SignInRefusal } from '../../accounts/sign-in.ts'
import type { Role } from '../../store/accounts.ts'
import type { Clock } from '../clock.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'

export const roleWords: Readonly<Record<Role, string>> = {
  user: 'Member',
  premium: 'Premium member',
  admin: 'Administrator',
}

/** How the log names an act. */
export const actWords: Readonly<Record<AuditedAct, string>> = {
  'sign-in': 'Signed in',
  'sign-in-refused': 'Was not let in',
  'sign-up': 'Signed up',
  'sign-out': 'Signed out',
  'session-ended': 'Sessions ended',
  'identity-linked': 'Linked a provider',
  'identity-unlinked': 'Unlinked a provider',
  'passkey-added': 'Added a passkey',
  'passkey-removed': 'Removed a passkey',
  'recovery-codes-made': 'Made recovery codes',
  'recovery-code-used': 'Used a recovery code',
  'api-key-made': 'Made a key',
  'api-key-revoked': 'Revoked a key',
  'owner-link-used': 'Used the owner link',
  'role-changed': 'Changed a role',
  'user-disabled': 'Switched an account off',
  'user-enabled': 'Switched an account on',
  'user-renamed': 'Changed a name',
  'account-exported': 'Exported an account',
  'conversations-imported': 'Imported conversations',
  'guest-taken-along': 'Took a guest’s conversations along',
  'account-deleted': 'Deleted an account',
  'invitation-made': 'Made an invitation',
  'invitation-revoked': 'Took an invitation back',
  'house-setting-changed': 'Changed a rule',
}

export const isAct = (act: string | undefined): act is AuditedAct =>
  act !== undefined && Object.hasOwn(actWords, act)

/** Why somebody was not let in, as the log names it. */
export const refusalWords: Readonly<Record<string, string>> = {
  closed: 'nobody new is let in',
  email_unverified: 'e-mail address not verified',
  not_invited: 'not invited',
  invitation_gone: 'invitation used or too old',
  disabled: 'switched off',
  somebody_else: 'not the one who was to confirm',
  recovery_code: 'wrong or used recovery code',
} satisfies Record<SignInRefusal | 'recovery_code', string>

/** What a page says that somebody comes back to after an act. */
const doneWords: Readonly<Record<string, string>> = {
  role: 'The role is changed.',
  disabled: 'The account is switched off, and its sessions are over.',
  enabled: 'The account is switched on.',
  'signed-out': 'All sessions are over.',
  'everybody-out': 'Everybody is signed out but you.',
  'key-revoked': 'The key is revoked, and what it had opened is closed.',
  deleted: 'The account is deleted.',
  revoked: 'The invitation is taken back.',
  rules: 'The rule holds from now on, on all hubs within a few seconds.',
}

/** The words for `done` in a page's address; undefined: it names nothing of ours. */
export const wordsOfDone = (done: string | undefined): string | undefined =>
  done !== undefined && Object.hasOwn(doneWords, done) ? doneWords[done] : undefined

/** A moment with its day, on the reader's clock. */
export const dayAndTime = (at: number, { timeZone }: Clock): Html => {
  const shown = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(at)
  return html`<time datetime="${new Date(at).toISOString()}">${shown}</time>`
}
