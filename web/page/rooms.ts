import { closeDialog } from './dialogs.ts'
import { closeDrawer } from './house.ts'
import { keepChosenModel } from './model-choice.ts'

/** Keeps what stands around the room in step with the conversation that is open. */
export function listenToRooms(): void {
  document.addEventListener('htmx:after:swap', markActive)
  document.addEventListener('htmx:after:history:push', onPush)
  document.body.addEventListener('companions:conversation', onNewConversation)
  document.body.addEventListener('companions:settings-saved', () => closeDialog('settings'))
  document.addEventListener('focusin', selectTitle)
}

function onPush(): void {
  markActive()
  closeDrawer()
}

/** The address says which conversation is open, also after back and forward. */
function markActive(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.row-link')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
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
