import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'

/**
 * Fetches a file and keeps it only when it has the SHA-256 (hexadecimal) it should have.
 * @param {{ url: string, sha256: string, file: string, stallMs?: number, timeoutMs?: number }} options
 *   Given up when nothing has come for `stallMs` (15 s), or after `timeoutMs` (10 min) in all.
 * @throws {Error} one line that says what was wrong
 */
export async function downloadVerified({ url, sha256, file, stallMs = 15_000, timeoutMs = 600_000 }) {
  const hash = createHash('sha256')
  const target = await open(file, 'w')
  try {
    for await (const bytes of bytesOf(url, stallMs, timeoutMs)) {
      hash.update(bytes)
      await target.writeFile(bytes)
    }
    const got = hash.digest('hex')
    if (got !== sha256) throw new Error(`${url} has the SHA-256 ${got} and should have ${sha256}: not used`)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await target.close()
  }
}

/**
 * Fetches a small text, with the same bounds.
 * @param {string} url
 */
export async function downloadText(url, { stallMs = 15_000, timeoutMs = 60_000 } = {}) {
  const parts = []
  for await (const bytes of bytesOf(url, stallMs, timeoutMs)) parts.push(bytes)
  return Buffer.concat(parts).toString('utf8')
}

/**
 * @param {string} url
 * @param {number} stallMs
 * @param {number} timeoutMs
 */
async function* bytesOf(url, stallMs, timeoutMs) {
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${stallMs / 1000} s`)), stallMs)
  const signal = AbortSignal.any([stalled.signal, AbortSignal.timeout(timeoutMs)])
  try {
    const response = await fetch(url, { signal })
    if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`)
    for await (const bytes of response.body) {
      timer.refresh()
      yield bytes
    }
  } catch (error) {
    throw new Error(`${url} can't be fetched: ${reasonOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error)
  // fetch says "fetch failed" and keeps the reason in the cause.
  return error.cause instanceof Error ? error.cause.message : error.message
}
