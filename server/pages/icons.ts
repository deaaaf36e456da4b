import type { Html } from './html.ts'
import { attributes, html, raw } from './html.ts'

/** An icon of ours, drawn where it is used from the one sheet that `iconSheet` puts on the page. */
export const icon = (name: IconName, size: '' | 'small' | 'large' = ''): Html =>
  html`<svg ${attributes({ class: `icon ${size}`.trim(), 'aria-hidden': 'true' })}><use href="#icon-${name}"/></svg>`

/** All icons, once a page and not shown: 24 units square, drawn with a round line of 1.6. */
export const iconSheet = (): Html => sheet

const shapes = {
  list: '<path d="M4 7h16M4 12h16M4 17h10"/>',
  panel: '<rect x="3.5" y="4.5" width="17" height="15" rx="3"/><path d="M9.5 4.5v15"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m20 20-4.3-4.3"/>',
  more: '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.6"/>',
  pencil: '<path d="M5 19h3l10.3-10.3a2.1 2.1 0 0 0-3-3L5 16v3ZM13.5 7.5l3 3"/>',
  bin: '<path d="M5 7h14M10 11v5.5M14 11v5.5M6.5 7l.8 11.2a2 2 0 0 0 2 1.8h5.4a2 2 0 0 0 2-1.8L17.5 7M9.5 7V5.5A1.5 1.5 0 0 1 11 4h2a1.5 1.5 0 0 1 1.5 1.5V7"/>',
  copy: '<rect x="9" y="9" width="11" height="11" rx="2.5"/><path d="M15 6.5A2.5 2.5 0 0 0 12.5 4h-6A2.5 2.5 0 0 0 4 6.5v6A2.5 2.5 0 0 0 6.5 15"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  again: '<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15"/>',
  down: '<path d="m7 10 5 5 5-5"/>',
  left: '<path d="m14 7-5 5 5 5"/>',
  right: '<path d="m10 7 5 5-5 5"/>',
  send: '<path d="M12 19V5.5M6 11.5l6-6 6 6"/>',
  phone:
    '<path d="M8.6 4.5H6a2 2 0 0 0-2 2.2A15.2 15.2 0 0 0 17.3 20a2 2 0 0 0 2.2-2v-2.6a1.6 1.6 0 0 0-1.3-1.6l-2.5-.5a1.6 1.6 0 0 0-1.5.5l-.9 1a11.5 11.5 0 0 1-4.1-4.1l1-.9a1.6 1.6 0 0 0 .5-1.5l-.5-2.5a1.6 1.6 0 0 0-1.6-1.3Z"/>',
  'hang-up':
    '<path d="M3.6 13.2c4.4-4.4 12.4-4.4 16.8 0a1.6 1.6 0 0 1 0 2.2l-1.3 1.3a1.6 1.6 0 0 1-2 .2l-1.8-1.2a1.6 1.6 0 0 1-.7-1.3v-1.3a11.5 11.5 0 0 0-5.2 0v1.3a1.6 1.6 0 0 1-.7 1.3l-1.8 1.2a1.6 1.6 0 0 1-2-.2l-1.3-1.3a1.6 1.6 0 0 1 0-2.2Z"/>',
  microphone:
    '<rect x="9" y="3.5" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5"/>',
  'microphone-off':
    '<path d="M15 9.5v-3a3 3 0 0 0-5.8-1M9 9v2.5a3 3 0 0 0 4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.2 5.3M18.5 11.5a6.4 6.4 0 0 1-.8 3.1M12 18v2.5M4.5 4.5l15 15"/>',
  stop: '<rect x="7" y="7" width="10" height="10" rx="2.2" fill="currentColor" stroke="none"/>',
  newest: '<path d="M12 5v13.5M6 12.5l6 6 6-6"/>',
  sliders:
    '<path d="M4 8h8.5M17.5 8H20M4 16h2.5M11.5 16H20"/><circle cx="15" cy="8" r="2.5"/><circle cx="9" cy="16" r="2.5"/>',
  sun: '<circle cx="12" cy="12" r="3.8"/><path d="M12 3.5v1.8M12 18.7v1.8M3.5 12h1.8M18.7 12h1.8M6 6l1.3 1.3M16.7 16.7 18 18M18 6l-1.3 1.3M7.3 16.7 6 18"/>',
  moon: '<path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z"/>',
  screen: '<rect x="3.5" y="5" width="17" height="11.5" rx="2.2"/><path d="M9 20h6M12 16.5V20"/>',
  keyboard:
    '<rect x="3" y="6.5" width="18" height="11" rx="2.5"/><path d="M7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8.5 14h7"/>',
  close: '<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>',
  alert: '<circle cx="12" cy="12" r="8.5"/><path d="M12 8v4.5M12 15.8h.01"/>',
  away: '<path d="M4.5 9.5a11 11 0 0 1 4-2.3M12.5 6.6a11 11 0 0 1 7 2.9M7.5 13a6.6 6.6 0 0 1 3-1.7M15 12.1a6.6 6.6 0 0 1 1.5 1M12 17h.01M4.5 4.5l15 15"/>',
  leave:
    '<path d="M10 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H10M10 12h10M16.5 8.5 20 12l-3.5 3.5"/>',
  key: '<circle cx="8" cy="15.5" r="3.8"/><path d="m10.8 12.7 8-8M15.5 8l2.8 2.8M18 5.5l1.5 1.5"/>',
  passkey:
    '<circle cx="9" cy="7.5" r="3.3"/><path d="M3.5 19.5v-1a5.5 5.5 0 0 1 8.2-4.8M17 20v-6.2M17 17h2"/><circle cx="17" cy="11" r="2.8"/>',
  lifebuoy:
    '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="3.4"/><path d="m6 6 3.6 3.6M14.4 14.4 18 18M18 6l-3.6 3.6M9.6 14.4 6 18"/>',
  download: '<path d="M12 4.5V15M7 10.5l5 5 5-5M5 19.5h14"/>',
  upload: '<path d="M12 15V4.5M7 9.5l5-5 5 5M5 19.5h14"/>',
  person: '<circle cx="12" cy="8" r="3.8"/><path d="M4.8 19.8a7.2 7.2 0 0 1 14.4 0"/>',
  link: '<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"/>',
  door: '<path d="M6 20V5.5A1.5 1.5 0 0 1 7.5 4h9A1.5 1.5 0 0 1 18 5.5V20M4 20h16M14.5 12.2h.01"/>',
} as const

export type IconName = keyof typeof shapes

const sheet = raw(
  `<svg class="icon-sheet" aria-hidden="true">${Object.entries(shapes)
    .map(([name, shape]) => `<symbol id="icon-${name}" viewBox="0 0 24 24">${shape}</symbol>`)
    .join('')}</svg>`,
)
