import { setTimeout as wait } from 'node:timers/promises'

/** Waits `ms` milliseconds, or less when the signal aborts; never throws. */
export async function pauseUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}
