import { account } from './account.ts'
import type { ListFacts } from './conversation-list.ts'
import { conversationList } from './conversation-list.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { versionNumber } from './version-pill.ts'
import type { View } from './view.ts'

/** Everything a person ever talked about here, and the way to begin anew; a drawer on a narrow window. */
export const sidebar = (view: View, list: ListFacts): Html =>
  html`<nav id="sidebar" class="sidebar" aria-label="Conversations" tabindex="-1">
<div class="sidebar-head">
<a class="wordmark" href="/">${icon('door')}<span>Companions</span></a>
<button type="button" class="quiet" @click="toggleSidebar" aria-label="Hide the list" title="Hide the list">${icon('panel')}</button>
</div>
<div class="sidebar-tools">
<a id="new-conversation" class="btn btn-primary new-conversation" href="/" hx-get="/" hx-target="#chat" hx-select="#chat" hx-swap="outerHTML settle:0" hx-push-url="true">${icon('plus', 'small')}New conversation</a>
${searchField(list.query)}
</div>
<div id="conversations" class="conversation-list" tabindex="-1" hx-get="/fragments/conversations" hx-trigger="companions:changed from:body delay:250ms, companions:conversation from:body delay:50ms, companions:refresh from:body" hx-include="#search, #conversations [name=shown]" hx-swap="innerMorph" hx-sync="this:replace">${conversationList(list, view.clock)}</div>
<div class="sidebar-foot">
${account(view)}
${versionNumber(view.version)}
</div>
</nav>
<div class="drawer-shade" @click="closeDrawer" aria-hidden="true"></div>`

const searchField = (query: string): Html =>
  html`<label class="search-field">${icon('search', 'small')}<span class="sr-only">Search conversations</span>
<input id="search" type="search" name="q" value="${query}" placeholder="Search" maxlength="200" autocomplete="off" spellcheck="false" aria-controls="conversations" aria-keyshortcuts="Control+K Meta+K" hx-get="/fragments/conversations" hx-trigger="input changed delay:180ms, search" hx-target="#conversations" hx-swap="innerMorph" hx-sync="#conversations:replace">
<kbd class="kbd kbd-xs" aria-hidden="true">Ctrl K</kbd></label>`
