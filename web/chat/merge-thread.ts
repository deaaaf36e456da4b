import { part, turnOf, turnsIn } from './turns.ts'

/**
 * Brings a thread to what the server has, touching only what differs: turns that are live here stay, as do older ones
 * that were loaded before, and at the end those that the hub has not accepted yet.
 *
 * @returns the id of the server's last turn.
 */
export function mergeThread(
  thread: HTMLElement,
  content: DocumentFragment,
  isKept: (turn: HTMLElement) => boolean,
): string | undefined {
  const sent = turnsIn(content)
  const present = new Set(sent.map(({ id }) => id))
  const merged = sent.map((fresh) => presentTurn(fresh, isKept) ?? fresh)
  const pending = turnsIn(thread).filter((turn) => !present.has(turn.id) && isKept(turn))
  const wanted = [...before(thread, content, sent[0]), ...merged, ...pending]
  const kept = new Set<Element>(wanted)
  for (const child of [...thread.children]) if (!kept.has(child)) child.remove()
  let at = thread.firstElementChild
  for (const turn of wanted) {
    if (turn === at) at = at.nextElementSibling
    else thread.insertBefore(turn, at)
  }
  return sent.at(-1)?.dataset.messageId
}

function presentTurn(fresh: HTMLElement, isKept: (turn: HTMLElement) => boolean): HTMLElement | undefined {
  const present = turnOf(fresh.dataset.messageId ?? '')
  if (present === null || !(isKept(present) || present.isEqualNode(fresh))) return undefined
  return present
}

/** What stands above the server's first turn: older turns that are here already, or the way to them. */
function before(thread: HTMLElement, content: DocumentFragment, first: HTMLElement | undefined): Element[] {
  const here = first && turnOf(first.dataset.messageId ?? '')
  const children = [...thread.children]
  if (here) return children.slice(0, children.indexOf(here))
  return [...content.children].filter((child) => child.id === 'earlier' || child.id === 'welcome')
}

/** Puts the server's rendering in a turn's place; what the reader had unfolded stays unfolded. */
export function replaceTurn(old: HTMLElement, fresh: HTMLElement): void {
  const isOpen = part(old, 'thoughts')?.hasAttribute('open') ?? false
  if (isOpen) part(fresh, 'thoughts')?.setAttribute('open', '')
  const hadFocus = old.contains(document.activeElement)
  old.replaceWith(fresh)
  if (hadFocus) focusOn(fresh)
}

function focusOn(turn: HTMLElement): void {
  turn.tabIndex = -1
  turn.focus({ preventScroll: true })
}
