/**
 * How long to wait before trying again, in milliseconds: exponential with full jitter, so that browsers which lost
 * the same hub together do not come back together.
 *
 * @param attempt tries that failed so far, from 0.
 * @param random 0 to below 1.
 */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  return Math.round(random * Math.min(longestMs, shortestMs * 2 ** attempt))
}

const shortestMs = 500
const longestMs = 15_000
