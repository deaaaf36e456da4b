import { basename } from 'node:path'
import { after } from 'node:test'

export interface TestBounds {
  /** Longest run of a whole file. */
  longestMs: number
  /** Longest time from the end of its last test to the end of its process. */
  closingMs: number
}

/**
 * Ends this test file as failed past its bounds. The runner's own limit is for one test each: a file that failed with
 * a socket or a server open would never end. The timers keep no process, so they only meet one that something else
 * keeps.
 */
export function boundTestFile({ longestMs, closingMs }: TestBounds): void {
  const endWithin = (ms: number, since: string) => {
    setTimeout(() => {
      console.error(
        `${basename(process.argv[1] ?? '')} did not end within ${ms / 1000} s ${since}: something is open.`,
      )
      process.exit(1)
    }, ms).unref()
  }
  endWithin(longestMs, 'of its start')
  after(() => endWithin(closingMs, 'of its last test'))
}
