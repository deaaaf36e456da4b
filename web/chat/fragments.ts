import { backoffMs } from '../../bus/contract/protocol.ts'
import { isRunning, part, turnOf, turnsIn } from './page-parts.ts'

/** A piece of the page as the server renders it. */
export interface Fragment {
  readonly status: number
  readonly content: DocumentFragment
  /** The conversation's active leaf, where the answer names it. */
  readonly leafId: string | null
}

/** Longest wait for a fragment, in milliseconds, and tries for a turn that the store has not finished yet. */
const fetchMs = 15_000
const maxTries = 14
/** The try at which the store is believed that an ended reply runs: after about ten seconds. */
const lastRunning = 5

/** @throws when the server cannot be reached. */
export async function fetchFragment(path: string, form?: Record<string, string>): Promise<Fragment> {
  const response = await fetch(path, {
    method: form ? 'POST' : 'GET',
    headers: { accept: 'text/html', 'hx-request': 'true' },
    signal: AbortSignal.timeout(fetchMs),
    ...(form && { body: new URLSearchParams(form) }),
  })
  const template = document.createElement('template')
  // The server's own rendering, escaped there; a template neither runs nor loads anything.
  template.innerHTML = await response.text()
  return {
    status: response.status,
    content: template.content,
    leafId: response.headers.get('x-leaf-id'),
  }
}

/**
 * The server's rendering of a turn that has ended: asked for again, ever more slowly, while the store still has it
 * running or cannot be reached.
 *
 * @param isWanted asked before each try.
 * @returns undefined where it is gone, no longer wanted, or did not come in all tries; a running turn where it is
 * written once more, since the bus lost its end before the store had it.
 */
export async function fetchEnded(
  conversationId: string,
  messageId: string,
  isWanted: () => boolean,
): Promise<HTMLElement | undefined> {
  for (let tries = 0; tries < maxTries && isWanted(); tries += 1) {
    const found = await fetchTurn(conversationId, messageId)
    if (found === 'gone') return undefined
    if (found !== undefined && (!isRunning(found) || tries >= lastRunning)) return found
    await new Promise((resolve) => setTimeout(resolve, 100 + backoffMs(tries)))
  }
  return undefined
}

/** @returns undefined where it could not be fetched just now. */
export async function fetchTurn(
  conversationId: string,
  messageId: string,
): Promise<HTMLElement | 'gone' | undefined> {
  try {
    const { status, content } = await fetchFragment(`/fragments/c/${conversationId}/messages/${messageId}`)
    if (status === 404 || status === 401) return 'gone'
    return status === 200 ? turnsIn(content)[0] : undefined
  } catch {
    return undefined
  }
}

/**
 * Brings a thread to what the server has, touching only what differs: turns that are live here stay, as do older ones
 * that were loaded before, and at the end those that the hub has not accepted yet.
 *
 * @param keepsPending false where `content` is another branch: what is pending here belongs to the one that is left.
 * @returns the id of the server's last turn.
 */
export function mergeThread(
  thread: HTMLElement,
  content: DocumentFragment,
  isKept: (turn: HTMLElement) => boolean,
  keepsPending: boolean,
): string | undefined {
  const sent = turnsIn(content)
  const present = new Set(sent.map(({ id }) => id))
  const merged = sent.map((fresh) => presentTurn(fresh, isKept) ?? fresh)
  const pending = turnsIn(thread).filter((turn) => keepsPending && !present.has(turn.id) && isKept(turn))
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
