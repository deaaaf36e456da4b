import { part } from '../chat/page-parts.ts'
import { keepChosenModel } from './menus.ts'

/** The page as a whole: the list that folds away on a wide window and is a drawer on a narrow one, and the dialogs. */
export const house = () => ({
  toggleSidebar,
  closeDrawer,
  openSettings: () => openDialog('settings'),
  openHelp: () => openDialog('help'),
})

const wide = matchMedia('(min-width: 48rem)')

function toggleSidebar(): void {
  if (wide.matches) fold(document.body.dataset.sidebar !== 'closed')
  else if (document.body.dataset.drawer === 'open') closeDrawer()
  else openDrawer()
}

/** Makes the list visible, however wide the window is. */
function showSidebar(): void {
  if (!wide.matches) openDrawer()
  else if (document.body.dataset.sidebar === 'closed') fold(false)
}

function closeDrawer(): void {
  if (document.body.dataset.drawer !== 'open') return
  const hadFocus = document.getElementById('sidebar')?.contains(document.activeElement) ?? false
  delete document.body.dataset.drawer
  holdRooms()
  if (hadFocus) showButton()?.focus()
}

function openDrawer(): void {
  document.body.dataset.drawer = 'open'
  holdRooms()
  document.getElementById('sidebar')?.focus()
}

/** Everything but the list is inert while the drawer is open, so focus stays in it. */
function holdRooms(): void {
  const isOpen = document.body.dataset.drawer === 'open'
  for (const room of document.querySelectorAll<HTMLElement>('main, .skip-link')) room.inert = isOpen
}

function fold(closed: boolean): void {
  document.body.dataset.sidebar = closed ? 'closed' : 'open'
  remember('sidebar', closed ? 'closed' : 'open')
  if (closed) showButton()?.focus()
}

const showButton = (): HTMLElement | null => document.querySelector<HTMLElement>('.show-sidebar')

wide.addEventListener('change', closeDrawer)

/** Opens one of the page's dialogs over everything, unless one is open. */
function openDialog(id: 'settings' | 'help'): void {
  const dialog = document.getElementById(id)
  if (!(dialog instanceof HTMLDialogElement) || document.querySelector('dialog[open]')) return
  for (const menu of document.querySelectorAll<HTMLElement>('[popover]:popover-open')) menu.hidePopover()
  dialog.showModal()
}

export function closeDialog(id: 'settings' | 'help'): void {
  const dialog = document.getElementById(id)
  if (dialog instanceof HTMLDialogElement) dialog.close()
}

const yearSeconds = 31_536_000

/** Remembers a choice for the server's next page. */
export function remember(name: 'theme' | 'tz' | 'sidebar', value: string): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is younger than the browsers we serve.
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax${secure}`
}

/** Keeps what stands around the room in step with the conversation that is open. */
export function listenToRooms(): void {
  document.addEventListener('htmx:after:swap', onSwap)
  document.addEventListener('htmx:after:history:push', onPush)
  document.body.addEventListener('companions:conversation', onNewConversation)
  document.body.addEventListener('companions:settings-saved', () => closeDialog('settings'))
  document.addEventListener('focusin', selectTitle)
}

/** A room that was swapped in below the drawer is another one. */
function onSwap(): void {
  markActive()
  holdRooms()
}

function onPush(): void {
  markActive()
  closeDrawer()
}

/** The address says which conversation is open, also after back and forward. */
function markActive(): void {
  const room = `/c/${document.getElementById('chat')?.dataset.conversationId}`
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.row-link')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
    if (link.pathname === room) nameRoom(part(link, 'row-title')?.textContent ?? '')
  }
}

/** The window is called as the conversation is; its first words come with it, its title a little later. */
function nameRoom(title: string): void {
  document.title = `${title} · Companions`
  document.getElementById('thread')?.setAttribute('aria-label', title)
}

/** Told once the server has the conversation; another one may be open by then. */
function onNewConversation(event: Event): void {
  const id: unknown = event instanceof CustomEvent ? event.detail.id : undefined
  if (document.getElementById('chat')?.dataset.conversationId === id) keepChosenModel()
}

/** A title that is renamed is most often replaced. */
function selectTitle(event: FocusEvent): void {
  if (event.target instanceof HTMLInputElement && event.target.matches('.rename-text')) event.target.select()
}

/** The keys that work wherever one is on the page. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return
    const act = actionOf(event)
    if (!act) return
    event.preventDefault()
    act()
  })
}

function actionOf(event: KeyboardEvent): (() => void) | undefined {
  const isCommand = event.ctrlKey || event.metaKey
  const key = event.key.toLowerCase()
  if (isCommand && !event.altKey && !event.shiftKey && key === 'k') return search
  if (isCommand && !event.altKey && event.shiftKey && key === 'o') return () => clickOn('#new-conversation')
  if (isCommand && key === '/') return () => openDialog('help')
  if (event.key === '?' && !isCommand && !isTyping(event.target)) return () => openDialog('help')
  // The browser closes a menu by itself, and that is all that Escape does then.
  if (event.key === 'Escape' && !document.querySelector(':popover-open')) return escapeOf(event.target)
  return undefined
}

function search(): void {
  showSidebar()
  const field = document.getElementById('search')
  if (!(field instanceof HTMLInputElement)) return
  field.focus()
  field.select()
}

/** Escape leaves a rename, empties the search, or closes the drawer; elsewhere it belongs to the conversation. */
function escapeOf(target: EventTarget | null): (() => void) | undefined {
  if (target instanceof Element && target.closest('.rename')) return () => clickOn('.rename-cancel')
  if (document.body.dataset.drawer === 'open') return closeDrawer
  return undefined
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null

const clickOn = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click()
