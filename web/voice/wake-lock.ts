/** Keeps the screen on until `signal` ends: where a phone goes to sleep, so does its microphone. */
export function keepAwake(signal: AbortSignal): void {
  let lock: WakeLockSentinel | undefined
  const hold = async () => {
    if (document.hidden || !('wakeLock' in navigator)) return
    // A browser may refuse, to spare its battery; the call goes on all the same.
    lock = await navigator.wakeLock.request('screen').catch(() => undefined)
    if (signal.aborted) void lock?.release()
  }
  // A page that was hidden has lost it.
  document.addEventListener('visibilitychange', hold, { signal })
  signal.addEventListener('abort', () => void lock?.release())
  void hold()
}
