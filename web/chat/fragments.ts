import { backoffMs } from './backoff.ts'
import { isRunning, turnsIn } from './turns.ts'

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
 * @returns undefined where it is gone, no longer wanted, or did not come in all tries.
 */
export async function fetchEnded(
  conversationId: string,
  messageId: string,
  isWanted: () => boolean,
): Promise<HTMLElement | undefined> {
  for (let tries = 0; tries < maxTries && isWanted(); tries += 1) {
    const found = await fetchTurn(conversationId, messageId)
    if (found === 'gone') return undefined
    if (found !== undefined && !isRunning(found)) return found
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
