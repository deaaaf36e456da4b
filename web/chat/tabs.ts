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
  // Without a secure context there are no locks; then every tab adopts, and the hub takes what comes twice as once.
  navigator.locks?.request(prefix + tab, () => held).catch(() => {})
  return release
}

/** @returns whether a tab is no more. */
export async function goneTabs(): Promise<(tab: string) => boolean> {
  const state = await navigator.locks?.query()
  const names = new Set([...(state?.held ?? []), ...(state?.pending ?? [])].map(({ name }) => name))
  return (tab) => !names.has(prefix + tab)
}
