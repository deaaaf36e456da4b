import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { barePage } from './layout.ts'

/** Between signing out here and at a provider; a header moves the browser on by itself. */
export const leavingPage = ({
  theme,
  assets,
  name,
  address,
}: {
  theme: Theme
  assets: Assets
  name: string
  address: string
}): Html =>
  barePage(
    'Signed out · Companions',
    theme,
    assets,
    html`<main class="bare-main"><div class="notice">
<p class="notice-mark">${icon('leave', 'large')}</p>
<h1>You are signed out here</h1>
<p>Now at ${name}, where this page goes by itself.</p>
<p class="notice-actions"><a class="btn btn-primary" href="${address}">Go on to ${name}</a></p>
</div></main>`,
  )
