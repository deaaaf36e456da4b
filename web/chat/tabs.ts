/** Each open page holds a lock of its own, so that others can tell whether it still lives. */
const prefix = 'companions.tab.'

/** Holds this tab's lock, but not in the back/forward cache. */
export function holdTab(tab: string): void {
  let release = hold(tab)
  addEventListener('pagehide', () => release())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) release = hold(tab)
  })
}

/** @returns lets go of the lock. */
function hold(tab: string): () => void {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  navigator.locks?.request(prefix + tab, () => held).catch(() => {})
  return release
}

/**
 * Without a secure context (plain http on a LAN) there are no locks, so every tab counts as gone and every other adopts
 * from it. Both then send the same frame under the same `request_id`, which the hub takes as one message with one answer
 * for both, and each lets go of its copy by its own answer. What one of them takes back the other may have sent: then it
 * comes in as a message from elsewhere, and is stopped as one.
 *
 * @returns whether a tab is no more.
 */
export async function goneTabs(): Promise<(tab: string) => boolean> {
  const state = await navigator.locks?.query()
  const names = new Set([...(state?.held ?? []), ...(state?.pending ?? [])].map(({ name }) => name))
  return (tab) => !names.has(prefix + tab)
}
