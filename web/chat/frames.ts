/** In a hidden tab no frame is painted, but time goes on. Milliseconds. */
const hiddenMs = 250

/** Calls `paint` once for any number of calls before the next frame. */
export function oncePerFrame(paint: () => void): () => void {
  let isDue = false
  const run = () => {
    isDue = false
    paint()
  }
  return () => {
    if (isDue) return
    isDue = true
    if (document.hidden) setTimeout(run, hiddenMs)
    else requestAnimationFrame(run)
  }
}
