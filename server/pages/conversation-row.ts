import { maxTitleLength } from '../../bus/contract/limits.ts'
import type { ConversationSummary } from '../store/store.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'
import { marked } from './marked.ts'

export type RowFacts = Pick<ConversationSummary, 'id' | 'title' | 'running' | 'snippet'>

export interface RowView {
  readonly activeId: string | undefined
  readonly query: string
}

/** One conversation in the list: its link, the pulse of a running answer, and a menu to rename or delete it. */
export const conversationRow = (row: RowFacts, { activeId, query }: RowView): Html =>
  html`<li id="row-${row.id}" class="row">
<a class="row-link" href="/c/${row.id}" hx-get="/c/${row.id}" hx-target="#chat" hx-select="#chat" hx-swap="outerHTML settle:0" hx-push-url="true" ${attributes({ 'aria-current': row.id === activeId ? 'page' : undefined })}>
<span class="row-title">${marked(row.title, query)}</span>${row.running && pulse()}
${row.snippet !== undefined && html`<span class="row-snippet">${marked(row.snippet, query)}</span>`}
</a>
<button type="button" class="quiet row-more" popovertarget="row-menu-${row.id}" aria-haspopup="menu" aria-label="More for ${row.title}" title="More">${icon('more', 'small')}</button>
<div id="row-menu-${row.id}" class="menu-card row-menu" popover><div role="menu" aria-label="${row.title}">
<button type="button" role="menuitem" class="menu-item" tabindex="-1" hx-get="/fragments/c/${row.id}/title" hx-target="#row-${row.id}" hx-swap="outerHTML settle:0">${icon('pencil', 'small')}Rename</button>
<button type="button" role="menuitem" class="menu-item danger" tabindex="-1" hx-delete="/c/${row.id}" hx-include="#search, #conversations [name=shown]" hx-target="#conversations" hx-swap="innerMorph">${icon('bin', 'small')}Delete</button>
</div></div>
</li>`

const pulse = (): Html =>
  html`<span class="pulse" role="img" aria-label="Being answered" title="Being answered"></span>`

/** The row while it is renamed. A list that refreshes meanwhile leaves it alone. */
export const renameRow = (row: Pick<RowFacts, 'id' | 'title'>, problem = ''): Html =>
  html`<li id="row-${row.id}" class="row" hx-morph-skip>
<form class="rename" hx-post="/c/${row.id}/title" hx-target="#row-${row.id}" hx-swap="outerHTML settle:0">
<input class="input input-sm rename-text" name="title" value="${row.title}" aria-label="Title" maxlength="${maxTitleLength}" required autofocus autocomplete="off" dir="auto" ${attributes({ 'aria-invalid': problem === '' ? undefined : 'true', 'aria-describedby': problem === '' ? undefined : `problem-${row.id}` })}>
<button type="submit" class="quiet" aria-label="Save the title" title="Save">${icon('check', 'small')}</button>
<button type="button" class="quiet rename-cancel" aria-label="Keep the old title" title="Cancel" hx-get="/fragments/c/${row.id}/row" hx-target="#row-${row.id}" hx-swap="outerHTML settle:0">${icon('close', 'small')}</button>
</form>
${problem !== '' && html`<p id="problem-${row.id}" class="rename-problem">${problem}</p>`}
</li>`
