import type { User } from '../store/store.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import type { View } from './view.ts'

/**
 * Who is here. The name opens a menu with the account and the way out, two steps, since an owner's way back may be a
 * new link; a guest lives in this browser's cookie alone and has nothing to sign out of, but may sign in where the
 * house has a way to.
 */
export const account = ({ user, canSignIn, needsLink }: View): Html =>
  user.kind === 'guest'
    ? html`<span class="person person-button person-guest">${mark(user)}<span class="person-words"><a class="person-name" href="/account">${user.name}</a>${canSignIn ? html`<a class="person-note link" href="/sign-in">Sign in</a>` : html`<span class="person-note">in this browser only</span>`}</span></span>`
    : html`<button type="button" class="person person-button" popovertarget="account-menu" aria-haspopup="menu" aria-expanded="false">${mark(user)}<span class="sr-only">Account: </span><span class="person-name">${user.name}</span>${icon('down', 'small')}</button>
<div id="account-menu" class="menu-card account-menu" popover><form method="post" action="/sign-out"><div role="menu" aria-label="Account">
<a href="/account" role="menuitem" class="menu-item" tabindex="-1">${icon('person', 'small')}<span class="menu-label">Your account</span></a>
${user.role === 'admin' && html`<a role="menuitem" class="menu-item" tabindex="-1" href="/admin">${icon('sliders', 'small')}<span class="menu-label">People and rules</span></a>`}
<button type="submit" role="menuitem" class="menu-item" tabindex="-1">${icon('leave', 'small')}<span class="menu-label">Sign out</span></button>
</div></form>${needsLink && html`<p class="menu-note">Your one way back is a new owner link: a start prints it, or, once another admin has a way in, a start with <code>OWNER_LINK=always</code>. <a class="link" href="/account#passkeys">Add a passkey</a> to need none.</p>`}</div>`

const mark = ({ name }: User): Html =>
  html`<span class="person-mark" aria-hidden="true">${name.slice(0, 1).toLocaleUpperCase('en')}</span>`
