import { apiKeyLifetimes } from '../../accounts/keys/make-key.ts'
import { apiKeyScopes } from '../../accounts/permissions.ts'
import { maxNameLength } from '../../accounts/sign-in.ts'
import type { ApiKey } from '../../store/api-keys.ts'
import { timeWords } from '../clock.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { copyButton, onceButtons } from '../shown-once.ts'
import type { AccountFacts } from './facts.ts'
import { confirmFirst, formProblem, formTo, row, rows, section } from './section.ts'

/** What was just made, or why not. */
export interface KeyNews {
  readonly key?: string
  readonly problem?: string
}

/** Keys for programs. */
export const keysSection = (facts: AccountFacts, { key, problem }: KeyNews = {}): Html =>
  section(
    {
      ...{ id: 'keys', title: 'API keys', icon: 'key' },
      note: 'For programs of your own. A key speaks in your name, as far as you let it; it cannot change your account.',
    },
    html`${key !== undefined && shown(key)}
${facts.apiKeys.length > 0 && rows(facts.apiKeys.map((one) => keyRow(one, facts)))}
${facts.isFresh ? makeForm(problem) : confirmFirst('keys', 'to make a key.')}`,
  )

const shown = (key: string): Html =>
  html`<div class="account-once" tabindex="-1" autofocus><p role="status">This is your key. It is shown this once: copy it to where your program reads it.</p>
<p><code id="new-key" class="account-key">${key}</code></p>${onceButtons(copyButton('new-key', 'Copy', 'the key'))}<p class="account-note">Send it as <code>Authorization: Bearer …</code>, over HTTP or at the WebSocket.</p></div>`

export const scopeWords: Readonly<Record<(typeof apiKeyScopes)[number], string>> = {
  chat: 'speak with companions and hear the answers',
  'read-own': 'read your conversations',
}

const isScope = (scope: string): scope is keyof typeof scopeWords => Object.hasOwn(scopeWords, scope)

function keyRow(
  { id, prefix, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey,
  facts: AccountFacts,
): Html {
  const used = lastUsedAt === null ? 'never used' : html`last used ${timeWords(lastUsedAt, facts.clock)}`
  const ends = expiresAt === null ? 'does not expire' : html`good until ${timeWords(expiresAt, facts.clock)}`
  const may = scopes.map((scope) => (isScope(scope) ? scopeWords[scope] : scope)).join('; ')
  return row({
    name: html`${name} <code class="account-prefix">${prefix}…</code>`,
    note: html`may ${may} · made ${timeWords(createdAt, facts.clock)} · ${used} · ${ends}`,
    actions: html`<form ${formTo(`/account/keys/${id}/revoke`, 'keys')} hx-confirm="Revoke this key? Programs that use it are shut out at once."><button type="submit" class="btn btn-sm account-away" aria-label="Revoke ${name}">Revoke</button></form>`,
  })
}

const lifetimeWords = (days: number | null): string =>
  days === null ? 'until revoked' : days === 365 ? 'a year' : `${days} days`

const makeForm = (problem: string | undefined): Html =>
  html`<form class="account-form" ${formTo('/account/keys', 'keys')}>
<div class="account-line"><label class="account-field"><span>Name</span><input class="input" name="name" maxlength="${maxNameLength}" placeholder="Kitchen display" autocomplete="off" required></label>
<label class="account-field"><span>Good for</span><select class="select" name="days">${apiKeyLifetimes.map((days) => html`<option value="${days ?? ''}" ${attributes({ selected: days === 90 })}>${lifetimeWords(days)}</option>`)}</select></label></div>
<fieldset class="account-scopes"><legend>It may</legend>${apiKeyScopes.map((scope) => html`<label class="setting-check"><input class="checkbox checkbox-sm" type="checkbox" name="${`scope-${scope}`}" value="1" checked>${scopeWords[scope]}</label>`)}</fieldset>
${formProblem(problem)}
<div><button type="submit" class="btn">${icon('plus', 'small')}Make a key</button></div>
</form>`
