const ticks = 10

/**
 * Ends this process with code 1 once it has run for `ms` more milliseconds, whatever keeps it. Counted in ticks: a
 * process that was frozen meanwhile gets the rest of its time when it wakes.
 */
export function endAfter(ms: number): void {
  let ticked = 0
  const tick = () => {
    ticked += 1
    if (ticked === ticks) process.exit(1)
  }
  setInterval(tick, ms / ticks).unref()
}
