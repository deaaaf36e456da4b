import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { barePage } from './layout.ts'

/** For somebody with an owner link that is good for nothing any more: what became of it, and how to get another. */
export const spentLinkPage = ({ theme, assets }: { theme: Theme; assets: Assets }): string =>
  barePage(
    'This link is spent · Companions',
    theme,
    assets,
    html`<main class="bare-main"><div class="notice">
<p class="notice-mark">${icon('door', 'large')}</p>
<h1>This link is spent</h1>
<p>An owner link works once, within a day, and ends when a newer one is made. If this browser used it before, it is signed in still.</p>
<p class="notice-actions"><a class="btn btn-primary" href="/">Go in</a></p>
<h2>If that does not let you in</h2>
<ol><li>Start Companions again where it runs.</li><li>Find the line with the new <strong>owner link</strong> in its terminal, or in the log of the container.</li><li>Open that link in this browser.</li></ol>
</div></main>`,
  ).toString()

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
