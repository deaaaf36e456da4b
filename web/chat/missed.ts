const names = ['companions:conversation', 'companions:changed', 'companions:refused']

/**
 * Keeps the newest of each event that nobody around the conversation hears yet.
 *
 * @returns tells them again, to those who listen by then, and keeps no more.
 */
export function keepMissed(): () => void {
  const missed = new Map<string, unknown>()
  const keep = (event: Event) => missed.set(event.type, event instanceof CustomEvent && event.detail)
  for (const name of names) document.body.addEventListener(name, keep)
  return () => {
    for (const name of names) document.body.removeEventListener(name, keep)
    for (const [name, detail] of missed) document.body.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
