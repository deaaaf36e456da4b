import { maxNameLength } from '../accounts/sign-in.ts'
import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { doorstep } from './layout.ts'
import { providerMark } from './provider-marks.ts'
import type { NamedProvider } from './sign-in-page.ts'

export interface InvitationFacts {
  readonly theme: Theme
  readonly assets: Assets
  readonly token: string
  readonly providers: readonly NamedProvider[]
  readonly hasPasskeys: boolean
  /** Who is signed in here already; undefined: nobody but a guest. */
  readonly signedInAs?: string
}

/** For somebody who opened an invitation's link: a name, and a way to come back. */
export const invitationPage = (facts: InvitationFacts): Html =>
  doorstep(
    'You are invited',
    facts,
    html`<div class="notice sign-in">
<h1>You are invited</h1>
${facts.signedInAs === undefined ? welcome(facts) : present(facts.signedInAs)}
</div>`,
    facts.hasPasskeys ? ['account/passkeys.js'] : [],
  )

const welcome = ({ token, providers, hasPasskeys }: InvitationFacts): Html =>
  html`<p>Somebody made room for you in this house. ${whatNow(hasPasskeys, providers.length > 0)}</p>
${hasPasskeys && passkeyForm(token)}
${providers.length > 0 && otherWays(token, providers, hasPasskeys)}`

function whatNow(hasPasskeys: boolean, hasProviders: boolean): Html | string {
  if (hasPasskeys) return 'Say what you want to be called, and let your device keep the key.'
  return hasProviders
    ? 'Say who you are with an account you have elsewhere.'
    : html`At this address there is no way to come back in, so the invitation waits: open it where the house has an <code>https://</code> address.`
}

const passkeyForm = (token: string): Html =>
  html`<form class="account-form" data-passkey="make" action="/invitation/${token}" method="post">
<label class="account-field"><span>Your name</span><input class="input" name="name" maxlength="${maxNameLength}" autocomplete="nickname" required></label>
<button type="submit" class="btn btn-primary btn-block">${icon('passkey')}Move in with a passkey</button>
<p class="form-problem" aria-live="assertive" data-passkey-problem hidden></p>
<p class="sheet-note">A passkey is a finger, a face or a PIN on your own device. There is no password to remember.</p>
</form>`

const otherWays = (token: string, providers: readonly NamedProvider[], isBeside: boolean): Html =>
  html`${isBeside && html`<p class="sign-in-or">or</p>`}<ul class="ways-in">${providers.map(({ slug, name }) => html`<li><a class="btn btn-block" href="/sign-in/${slug}?invitation=${token}">${providerMark(slug)}Continue with ${name}</a></li>`)}</ul>`

const present = (name: string): Html =>
  html`<p>You are signed in here as ${name} already, so you need no invitation. Pass it on, or sign out first.</p>
<p class="notice-actions"><a class="btn btn-primary btn-block" href="/">Go home</a></p>`
