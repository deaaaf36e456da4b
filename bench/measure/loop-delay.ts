import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TestProcess } from '../../testing/servers/processes.ts'

/** How late something was, in milliseconds. */
export interface DelayFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
}

const watcher = pathToFileURL(path.join(import.meta.dirname, '../processes/watch-loop.ts'))

/** Variables with which a process of ours measures its own event loop. */
export const watchedLoop = { NODE_OPTIONS: `--import=${watcher}` }

/** Asks a process that was started with `watchedLoop` how late its event loop was. */
export function readLoop(watched: TestProcess) {
  let samples = 0
  const sample = async (): Promise<DelayFigures> => {
    samples += 1
    watched.signal('SIGUSR2')
    const line = await watched.waitForLine(new RegExp(`^{"loopSample":${samples},`))
    return (JSON.parse(line) as { late: DelayFigures }).late
  }
  return {
    /** How late it was at most times, at few, and at worst, until `work` was done. */
    during: async (work: Promise<unknown>): Promise<DelayFigures> => {
      await sample()
      await work
      return sample()
    },
  }
}
