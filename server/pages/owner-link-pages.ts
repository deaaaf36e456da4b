import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { doorstep } from './layout.ts'

interface Look {
  readonly theme: Theme
  readonly assets: Assets
}

/** For whoever opens an owner link: the button that uses it up. The form goes to the page's own address. */
export const ownerLinkPage = (look: Look): string =>
  doorstep(
    'Your house',
    look,
    html`<div class="notice">
<h1>Is this house yours?</h1>
<p>This link signs you in here as its owner. It works once.</p>
<form class="notice-actions" method="post"><button type="submit" class="btn btn-primary btn-block">Come in as the owner</button></form>
</div>`,
  ).toString()

/** For somebody with an owner link that is good for nothing any more: what became of it, and how to get another. */
export const spentLinkPage = (look: Look): string =>
  spentPage(look, {
    heading: 'This link is spent',
    words:
      'An owner link works once, within a day, and ends when a newer one is made. If this browser used it before, it is signed in still.',
    help: html`<h2>If that does not let you in</h2>
<ol><li>Start Companions again where it runs, with <code>OWNER_LINK=always</code> if an admin has another way in by now.</li><li>Find the line with the new <strong>owner link</strong> in its terminal, or in the log of the container.</li><li>Open that link in this browser.</li></ol>`,
  })

/** For somebody with an invitation that is good for nothing any more. */
export const spentInvitationPage = (look: Look): string =>
  spentPage(look, {
    heading: 'This invitation is spent',
    words:
      'It was used, is too old, or was taken back. If you used it yourself, come in the way you chose then; else ask for another.',
  })

const spentPage = (look: Look, { heading, words, help }: { heading: string; words: string; help?: Html }) =>
  doorstep(
    heading,
    look,
    html`<div class="notice">
<h1>${heading}</h1>
<p>${words}</p>
<p class="notice-actions"><a class="btn btn-primary btn-block" href="/">Go in</a></p>
${help}
</div>`,
  ).toString()
