import { openDialog } from './dialogs.ts'
import { closeDrawer, showSidebar } from './house.ts'

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
  if (event.key === 'Escape') return escapeOf(event.target)
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
