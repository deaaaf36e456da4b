import type { Theme } from './cookies.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import type { IconName } from './icons.ts'
import { icon } from './icons.ts'
import type { ModelChoice } from './models-menu.ts'
import { modelChoice } from './models-menu.ts'
import { versionPill } from './version-pill.ts'
import type { View } from './view.ts'

/** Who one talks to, whether the line stands, and what can be set. */
export const topBar = (view: View, choice: ModelChoice): Html =>
  html`<header class="top-bar">
<button type="button" class="quiet show-sidebar" @click="toggleSidebar" aria-controls="sidebar" aria-label="Show the list" title="Show the list">${icon('list')}</button>
<h1 class="companion-name">${view.companion.name}</h1>
${connection()}
${versionPill()}
<div class="top-tools">
${modelChoice(choice, view.user)}
<button type="button" class="quiet open-settings" @click="openSettings" hx-get="/c/${choice.conversationId}/settings" hx-target="#settings-body" hx-swap="innerHTML settle:0" aria-haspopup="dialog" aria-label="Settings of this conversation" title="Settings of this conversation">${icon('sliders')}</button>
${moreMenu(view.theme)}
</div>
</header>`

const connection = (): Html =>
  html`<span id="connection" class="connection" data-state="returning" data-word-here="here" data-word-returning="coming back" data-word-offline="offline" data-word-away="server away" data-word-ended="disconnected" role="status"><span class="connection-dot" aria-hidden="true"></span><span class="connection-word">coming back</span></span>`

const moreMenu = (theme: Theme): Html =>
  html`<button type="button" class="quiet" popovertarget="more-menu" aria-haspopup="menu" aria-label="More" title="More">${icon('more')}</button>
<div id="more-menu" class="menu-card more-menu" popover><div role="menu" aria-label="More" x-data="theme">
<div role="group" aria-label="Theme"><p class="menu-heading" role="presentation">Theme</p>
${themeItem('system', 'screen', 'As the system', theme)}${themeItem('light', 'sun', 'Light', theme)}${themeItem('dark', 'moon', 'Dark', theme)}</div>
<div class="menu-line for-keyboard" role="separator"></div>
<button type="button" role="menuitem" class="menu-item for-keyboard" tabindex="-1" @click="openHelp" aria-haspopup="dialog">${icon('keyboard', 'small')}<span class="menu-label">Keyboard</span><kbd class="kbd kbd-xs" aria-hidden="true">?</kbd></button>
</div></div>`

const themeItem = (value: Theme, name: IconName, label: string, chosen: Theme): Html =>
  html`<button type="button" role="menuitemradio" class="menu-item" tabindex="-1" @click="choose" ${attributes({ 'data-theme-choice': value, 'aria-checked': String(value === chosen) })}>${icon(name, 'small')}<span class="menu-label">${label}</span><span class="menu-check">${icon('check', 'small')}</span></button>`
