import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { type IconName, icon } from './icons.ts'
import { doorstep } from './layout.ts'
import { providerMark } from './provider-marks.ts'

/** A provider as a page names it. */
export interface NamedProvider {
  readonly slug: string
  readonly name: string
  readonly issuer: string
}

export interface SignInFacts {
  readonly theme: Theme
  readonly assets: Assets
  /** The ones that are configured. */
  readonly providers: readonly NamedProvider[]
  /** Whether browsers can use passkeys at this address. */
  readonly hasPasskeys: boolean
  /** Whether who confirms has one; of others it is not known. */
  readonly hasOwnPasskey?: boolean
  /** Where the browser goes afterwards, a path of this house. */
  readonly returnTo: string
  /** Somebody who is signed in shows anew that it is them. */
  readonly isAgain: boolean
  /** A recovery code was tried, and is wrong. */
  readonly triedCode?: boolean
  /** What went wrong before, in words. */
  readonly problem?: string
}

/** For somebody the house does not know, or should know better: the ways in that it has. */
export const signInPage = (facts: SignInFacts): Html =>
  doorstep(
    headingOf(facts),
    facts,
    html`<div class="notice sign-in">
<h1>${headingOf(facts)}</h1>
${facts.problem !== undefined && html`<p class="sign-in-problem" role="alert">${icon('alert', 'small')}<span>${facts.problem}</span></p>`}
${lead(facts)}
${waysIn(facts)}
${facts.isAgain && html`<p class="sign-in-back"><a class="btn btn-ghost btn-block" href="${facts.returnTo}">Not now</a></p>`}
${(facts.hasPasskeys || !facts.isAgain) && html`<div class="sign-in-help">${facts.hasPasskeys && recovery(facts)}${!facts.isAgain && ownerHint(facts)}</div>`}
</div>`,
    facts.hasPasskeys ? ['account/passkeys.js'] : [],
  )

const isOwnersOnly = ({ providers, hasPasskeys }: SignInFacts): boolean =>
  providers.length === 0 && !hasPasskeys

function headingOf(facts: SignInFacts): string {
  if (facts.isAgain) return 'Confirm it’s you'
  return isOwnersOnly(facts) ? 'This is somebody’s home' : 'Sign in'
}

function lead(facts: SignInFacts): Html {
  if (facts.isAgain)
    return html`<p>What you want to do changes who can get in, so show once more that it is you. It holds for ten minutes.</p>`
  return isOwnersOnly(facts)
    ? html`<p>Companions runs here for its owner, and does not know you yet.</p>`
    : html`<p>This is somebody’s home. Come in the way you came before, or with an invitation.</p>`
}

/** The passkey first, and as the way that is meant, but for somebody who is known to have none. */
const waysIn = ({ providers, hasPasskeys, hasOwnPasskey = true, returnTo }: SignInFacts): Html | false =>
  (providers.length > 0 || hasPasskeys) &&
  html`<ul class="ways-in">
${hasPasskeys && html`<li><form data-passkey="use" action="/sign-in/passkey" method="post"><input type="hidden" name="return_to" value="${returnTo}"><button ${attributes({ type: 'submit', class: hasOwnPasskey ? 'btn btn-primary btn-block' : 'btn btn-block' })}>${icon('passkey')}Continue with a passkey</button><p class="form-problem" aria-live="assertive" data-passkey-problem hidden></p></form></li>`}
${hasPasskeys && providers.length > 0 && html`<li class="sign-in-or">or</li>`}
${providers.map(({ slug, name }) => html`<li><a class="btn btn-block" href="/sign-in/${slug}?return_to=${returnTo}">${providerMark(slug)}Continue with ${name}</a></li>`)}
</ul>`

/** Open for whoever has just typed a code that was none. */
const recovery = ({ triedCode = false, isAgain, returnTo }: SignInFacts): Html =>
  html`<details class="sign-in-more" ${attributes({ open: triedCode })}>${more('lifebuoy', 'Lost your device?')}
<form class="account-line" method="post" action="/sign-in/recovery"><input type="hidden" name="return_to" value="${returnTo}"><label class="account-field"><span>Recovery code</span><input class="input" name="code" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="40" placeholder="XXXX-XXXX-XXXX-XXXX-XXXX-XXXX" required></label><button type="submit" class="btn">${isAgain ? 'Confirm' : 'Sign in'}</button></form></details>`

const more = (name: IconName, words: string): Html =>
  html`<summary class="unfolds">${icon(name, 'small')}<span>${words}</span>${icon('right', 'small')}</summary>`

/** Open where there is no other way in. */
const ownerHint = (facts: SignInFacts): Html =>
  isOwnersOnly(facts)
    ? html`<h2>If it is yours</h2>${ownerSteps()}`
    : html`<details class="sign-in-more">${more('key', 'Is this house yours?')}${ownerSteps()}</details>`

const ownerSteps = (): Html =>
  html`<ol><li>Look at where it was started: the terminal, or the log of the container.</li><li>Find the line with the <strong>owner link</strong>. It is printed at a start with <code>HOST</code>, <code>PUBLIC_URL</code> or <code>GUESTS=off</code> set, and works once. After an admin has added a passkey or another way in, a start prints it with <code>OWNER_LINK=always</code> alone.</li><li>Open that link in this browser. You stay signed in.</li></ol>
<p class="sheet-note">Unless <code>PUBLIC_URL</code> or <code>GUESTS=off</code> is set, the machine itself needs no link: <code>http://localhost</code> with the port it printed lets you in as a guest.</p>`
