import { remember } from './cookies.ts'
import { openDialog } from './dialogs.ts'

/** The page as a whole: the list that folds away on a wide window and is a drawer on a narrow one, and the dialogs. */
export const house = () => ({
  toggleSidebar,
  closeDrawer,
  openSettings: () => openDialog('settings'),
  openHelp: () => openDialog('help'),
})

const wide = matchMedia('(min-width: 48rem)')

export function toggleSidebar(): void {
  if (wide.matches) fold(document.body.dataset.sidebar !== 'closed')
  else if (document.body.dataset.drawer === 'open') closeDrawer()
  else openDrawer()
}

/** Makes the list visible, however wide the window is. */
export function showSidebar(): void {
  if (!wide.matches) openDrawer()
  else if (document.body.dataset.sidebar === 'closed') fold(false)
}

export function closeDrawer(): void {
  if (document.body.dataset.drawer !== 'open') return
  const hadFocus = document.getElementById('sidebar')?.contains(document.activeElement) ?? false
  delete document.body.dataset.drawer
  for (const room of rooms()) room.inert = false
  if (hadFocus) showButton()?.focus()
}

/** Everything but the list is inert while the drawer is open, so focus stays in it. */
function openDrawer(): void {
  document.body.dataset.drawer = 'open'
  for (const room of rooms()) room.inert = true
  document.getElementById('sidebar')?.focus()
}

function fold(closed: boolean): void {
  document.body.dataset.sidebar = closed ? 'closed' : 'open'
  remember('sidebar', closed ? 'closed' : 'open')
  if (closed) showButton()?.focus()
}

const rooms = (): NodeListOf<HTMLElement> => document.querySelectorAll<HTMLElement>('main, .skip-link')
const showButton = (): HTMLElement | null => document.querySelector<HTMLElement>('.show-sidebar')

wide.addEventListener('change', closeDrawer)
