import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks `condition` again and again until it answers something else than false, null or undefined, and returns that.
 * An error it throws counts as a no. The time is for a machine that does much else: only a test that fails takes it.
 * @throws when `timeoutMs` (30 s) have passed, with `what` and the last error in the message
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 20 } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  do {
    try {
      const answer = await condition()
      if (isYes(answer)) return answer
    } catch (error) {
      lastError = error
    }
    await pause(intervalMs)
  } while (performance.now() < deadline)
  throw new Error(`Waited ${timeoutMs} ms in vain until ${what}.`, { cause: lastError })
}

function isYes<T>(answer: T): answer is Exclude<T, false | null | undefined> {
  return answer !== false && answer !== null && answer !== undefined
}
