import { basename } from 'node:path'
import { isMainThread } from 'node:worker_threads'

// The runner's own limit is for one test each: a file that failed with a socket or a server open would never end.
// This timer does not keep the process, so it only meets those that something else keeps.
const LONGEST_MS = 900_000

if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined) {
  setTimeout(() => {
    console.error(
      `${basename(process.argv[1] ?? '')} did not end within ${LONGEST_MS / 1000} s: something is open.`,
    )
    process.exit(1)
  }, LONGEST_MS).unref()
}
