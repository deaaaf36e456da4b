/** What both ends of the browser's socket agree on (PROTOCOL section 6). A browser loads this, so it stands by itself. */
export const socketPath = '/ws'
export const subprotocol = 'companions.v1'
export const protocolVersion = 1

/** Most requests one `hello` may resume. */
export const maxResume = 32

/** Whether a browser should come back by itself after a socket closed with this code. */
export const shouldReconnect = (closeCode: number): boolean =>
  closeCode !== 1002 && closeCode !== 1009 && !(closeCode >= 4500 && closeCode <= 4999)

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
