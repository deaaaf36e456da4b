import { isMainThread } from 'node:worker_threads'
import { boundTestFile } from './test-bounds.ts'

// For `--import`: each test file runs in a process of its own, which loads this first.
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined)
  boundTestFile({ longestMs: 900_000, closingMs: 60_000 })
