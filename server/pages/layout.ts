import type { Assets } from '../assets/assets.ts'
import type { ListFacts } from './conversation-list.ts'
import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { attributes, html, raw } from './html.ts'
import { icon, iconSheet } from './icons.ts'
import { keyboardHelp } from './keyboard-help.ts'
import { editTemplate } from './said-turn.ts'
import { settingsDialog } from './settings-dialog.ts'
import { sidebar } from './sidebar.ts'
import { toastTemplate } from './toast.ts'
import { turnTemplates } from './turn.ts'
import type { View } from './view.ts'

export interface PageFacts {
  readonly title: string
  readonly list: ListFacts
  /** The `<main id="chat">`. */
  readonly main: Html
  /** Modules of the built files that this page runs beside the chat's. */
  readonly modules?: readonly string[]
}

/** A whole page of the house: the list, the room, and what both borrow (dialogs, toasts, templates). */
export const page = (view: View, { title, list, main, modules = [] }: PageFacts): Html =>
  html`<!doctype html>
<html lang="en" ${themeAttribute(view.theme)}>
<head>
${head(title, view.assets)}
<meta name="htmx-config" content="includeIndicatorCSS:false, defaultTimeout:30000">
${scripts(view.assets, 'chat/main.js', ...modules)}
</head>
<body x-data="house" ${attributes({
    'data-user-id': view.user.id,
    'data-user-name': view.user.name,
    'data-companion-name': view.companion.name,
    'data-version': view.version.version,
    'data-max-message-length': view.maxMessageLength,
    'data-sidebar': view.sidebar,
  })}>
${iconSheet()}
<a class="skip-link" href="#chat">Skip to the page</a>
<noscript><p class="noscript">The conversation streams in with JavaScript. Please switch it on for this page.</p></noscript>
<div class="house">
${sidebar(view, list)}
${main}
</div>
<div id="toasts" class="toasts" aria-live="polite"></div>
${settingsDialog()}
${keyboardHelp()}
${turnTemplates({ userId: '', conversationId: '', companionName: view.companion.name, clock: view.clock })}
${editTemplate()}
${toastTemplate()}
</body>
</html>`

/** A page without the house around it: for strangers and for what went wrong before anybody was known. */
export const barePage = (
  title: string,
  theme: Theme,
  assets: Assets,
  main: Html,
  modules: readonly string[] = [],
): Html =>
  html`<!doctype html>
<html lang="en" ${themeAttribute(theme)}>
<head>
${head(title, assets)}
${modules.length > 0 && scripts(assets, ...modules)}
</head>
<body class="bare">
${iconSheet()}
${main}
</body>
</html>`

/** A page at the house's door, for whoever does not live in it yet: its mark and name above one card. */
export const doorstep = (
  title: string,
  { theme, assets }: { readonly theme: Theme; readonly assets: Assets },
  card: Html,
  modules: readonly string[] = [],
): Html =>
  barePage(
    `${title} · Companions`,
    theme,
    assets,
    html`<main class="bare-main doorstep"><p class="wordmark">${icon('door')}<span>Companions</span></p>
<div class="doorstep-card">${card}</div></main>`,
    modules,
  )

const themeAttribute = (theme: Theme): Html =>
  attributes({ 'data-theme': theme === 'system' ? undefined : `home-${theme}` })

const head = (title: string, assets: Assets): Html =>
  html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<title>${title}</title>
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<link rel="icon" href="${assets.url('icons/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.url('styles/home.css')}">`

/** The import map's text is in the policy by its hash, so it stands exactly as the assets gave it. */
const scripts = (assets: Assets, ...modules: readonly string[]): Html =>
  html`${raw(`<script type="importmap">${assets.importMap}</script>`)}
${modules.map((name) => assets.preloads(name).map((url) => html`<link rel="modulepreload" href="${url}">`))}
${modules.map((name) => html`<script type="module" src="${assets.url(name)}"></script>`)}`
