import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { barePage } from './layout.ts'

/** For somebody the house does not know: how its owner gets in. */
export const signInPage = (theme: Theme, assets: Assets): Html =>
  barePage(
    'Sign in · Companions',
    theme,
    assets,
    html`<main class="bare-main"><div class="notice">
<p class="notice-mark">${icon('door', 'large')}</p>
<h1>This is somebody’s home</h1>
<p>Companions runs here for its owner, and does not know you yet.</p>
<h2>If it is yours</h2>
<ol><li>Look at where it was started: the terminal, or the log of the container.</li><li>Find the line with the <strong>owner link</strong>. It is printed at each start with <code>HOST</code> or <code>PUBLIC_URL</code> set, and works once.</li><li>Open that link in this browser. You stay signed in.</li></ol>
<p class="sheet-note">On the machine itself, <code>http://localhost</code> with the port it printed lets you in without a link.</p>
</div></main>`,
  )
