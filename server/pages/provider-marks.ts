import type { Html } from './html.ts'
import { html, raw } from './html.ts'
import { icon } from './icons.ts'

/**
 * The mark people know a provider by, simplified, in its own colours where it is known by them; any other provider gets
 * a key.
 */
export function providerMark(slug: string): Html {
  const shape = Object.hasOwn(marks, slug) ? marks[slug] : undefined
  return shape === undefined
    ? icon('key')
    : html`<svg class="provider-mark" viewBox="0 0 24 24" aria-hidden="true">${raw(shape)}</svg>`
}

const marks: Readonly<Record<string, string>> = {
  google: `<g fill="none" stroke-width="4"><path d="M12 12h8.2a8 8 0 0 1-2.54 5.66" stroke="#4285f4"/><path d="M17.66 17.66a8 8 0 0 1-11.32 0" stroke="#34a853"/><path d="M6.34 17.66a8 8 0 0 1-1.59-9.04" stroke="#fbbc05"/><path d="M4.75 8.62a8 8 0 0 1 12.91-2.28" stroke="#ea4335"/></g>`,
  discord: `<g transform="matrix(1.25 0 0 1.25 -3 -3.2)"><path fill="#5865f2" d="M7.4 6c1.5-.5 3-.8 4.6-.8s3.1.3 4.6.8c2.4 3.3 3.5 7 3.2 11.2-1.5 1.1-3 1.8-4.5 2.1l-1.1-1.8c-1.5.3-2.9.3-4.4 0l-1.1 1.8c-1.5-.3-3-1-4.5-2.1C3.9 13 5 9.3 7.4 6Z"/><g fill="#fff"><circle cx="9.1" cy="13" r="1.6"/><circle cx="14.9" cy="13" r="1.6"/></g></g>`,
  github: `<circle cx="12" cy="12" r="9.5" fill="currentColor"/><path class="provider-mark-cut" d="M7.8 8c1.1.1 1.9.5 2.5 1a7.6 7.6 0 0 1 3.4 0c.6-.5 1.4-.9 2.5-1 .4 1 .4 1.9.2 2.6.6.7.9 1.5.9 2.5 0 2.7-1.7 3.7-3.7 4 .5.5.7 1.1.7 1.8v2.2h-4.6v-1.5c-1.5.3-2.1-.4-2.5-1.3-.2-.4-.5-.8-.9-1 1.3-.2 1.5 1.3 2.8 1.2h.6c0-.6.3-1 .7-1.4-2-.3-3.7-1.3-3.7-4 0-1 .3-1.8.9-2.5-.2-.7-.2-1.6.2-2.6Z"/>`,
  twitch: `<path fill="none" stroke="#9146ff" stroke-width="2" d="M5 3.5h15v9.8l-4.2 4.2h-3.3l-3.3 3.2v-3.2H5zM11 7.5v5M15.5 7.5v5"/>`,
}
