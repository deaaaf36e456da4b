import type { FastifyReply } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import type { Theme } from './cookies.ts'
import { html } from './html.ts'
import { type IconName, icon } from './icons.ts'
import { doorstep } from './layout.ts'

/** Where a browser goes on to, and what was done before. */
export interface Onward {
  readonly theme: Theme
  readonly assets: Assets
  readonly heading: string
  readonly mark: IconName
  /** What the provider is called. */
  readonly name: string
  readonly address: string
}

/**
 * Answers a form whose browser goes on to a provider. Not by a redirect: our policy forbids a form to lead elsewhere, and
 * Chromium counts what it is redirected to. So it is a page, from which a header moves the browser on by itself.
 */
export const sendOnward = (reply: FastifyReply, onward: Onward): FastifyReply =>
  reply
    .header('cache-control', 'no-store')
    .header('refresh', `0; url=${onward.address}`)
    .type('text/html; charset=utf-8')
    .send(onwardPage(onward).toString())

const onwardPage = ({ theme, assets, heading, mark, name, address }: Onward) =>
  doorstep(
    heading,
    { theme, assets },
    html`<div class="notice">
<p class="notice-mark">${icon(mark, 'large')}</p>
<h1>${heading}</h1>
<p>Now at ${name}, where this page goes by itself.</p>
<p class="notice-actions"><a class="btn btn-primary btn-block" href="${address}">Go on to ${name}</a></p>
</div>`,
  )
