import type { ListFacts } from '../conversation-list.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import { page } from '../layout.ts'
import { shownOnceModule } from '../shown-once.ts'
import type { View } from '../view.ts'
import { deletionSection, exportSection } from './data-section.ts'
import type { AccountFacts } from './facts.ts'
import { guestSection } from './guest-section.ts'
import { importSection } from './import-section.ts'
import { keysSection } from './keys-section.ts'
import { passkeysSection } from './passkeys-section.ts'
import { profileSection } from './profile-section.ts'
import { providersSection } from './providers-section.ts'
import { recoverySection } from './recovery-section.ts'
import { sessionsSection } from './sessions-section.ts'
import { signOutOffer } from './sign-out-offer.ts'

/** What the page begins with, where somebody comes from somewhere. */
export const greetings = ['welcome', 'recovered', 'changed'] as const
export type Greeting = (typeof greetings)[number] | undefined

/** What passkeys need, and what is shown once. */
const modules = ['account/passkeys.js', shownOnceModule]

/** The page of one's own account. */
export const accountPage = (view: View, facts: AccountFacts, list: ListFacts, greeting?: Greeting): Html =>
  page(view, {
    title: 'Your account · Companions',
    list,
    main: accountMain(html`${greet(greeting, facts)}
${facts.left && guestSection(facts.left)}
${profileSection(facts.user)}
${passkeysSection(facts)}
${recoverySection(facts)}
${providersSection(facts)}
${sessionsSection(facts)}
${keysSection(facts)}
${exportSection(facts)}
${importSection()}
${deletionSection(facts)}`),
    modules,
  })

/** One card by itself, for a browser that sent a form before HTMX was there to put it in its place. */
export const cardPage = (view: View, card: Html, list: ListFacts): Html =>
  page(view, {
    title: 'Your account · Companions',
    list,
    main: accountMain(html`${card}<p><a class="btn btn-sm" href="/account">Your whole account</a></p>`),
    modules,
  })

/** A guest has no account: all there is of one is this browser's cookie. */
export const guestPage = (view: View, list: ListFacts): Html =>
  page(view, {
    title: 'Your account · Companions',
    list,
    main: accountMain(html`<section class="account-card"><div class="account-card-head">${icon('person')}<div><h2>You are a guest here</h2>
<p class="account-note">Your conversations belong to this browser alone, and are gone with its cookies. Open an invitation, and they come along; sign in, and you are asked whether they shall.</p></div></div>
<p><a class="btn btn-sm" href="/sign-in">Sign in</a></p></section>`),
  })

const accountMain = (cards: Html): Html =>
  html`<main id="chat" class="room account-room" tabindex="-1" hx-history-elt data-room="account">
<header class="top-bar"><button type="button" class="quiet show-sidebar" @click="toggleSidebar" aria-controls="sidebar" aria-label="Show the list" title="Show the list">${icon('list')}</button><h1 class="companion-name">Your account</h1></header>
<div class="scroller" tabindex="0" role="region" aria-label="Your account"><div class="account-cards">${cards}</div></div>
</main>`

function greet(greeting: Greeting, facts: AccountFacts): Html | false {
  const { user, recoveryCodes } = facts
  if (greeting === 'welcome')
    return html`<p class="account-greeting" role="status">Welcome, ${user.name}. You sign in with your passkey from now on. <a href="#recovery">Make recovery codes</a> before you go on: without your device they are the only way back.</p>`
  if (greeting === 'recovered')
    return html`<p class="account-greeting" role="status">You came in with a recovery code; ${recoveryCodes === 0 ? 'it was the last one' : `${recoveryCodes} left`}. <a href="#passkeys">Add a passkey</a> for the device you have now, and take away the one you lost.</p>`
  const offer = greeting === 'changed' && signOutOffer(facts)
  return (
    offer &&
    html`<div class="account-greeting" role="status"><p>There is one more way into your account now. You are signed in elsewhere too.</p>${offer}</div>`
  )
}
