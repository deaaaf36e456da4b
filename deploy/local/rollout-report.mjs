import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How the last rollout on a data folder went. `supervisor` is the process that did it, as `describeProcess` says it;
 * `begun` counts the rollouts that it began, written before each begins; `number` is the last that ended, 0 before the
 * first. So whoever asked for one knows when one is over that began after the asking.
 * @typedef {{ supervisor: string, begun: number, number: number, succeeded: boolean, lines: string[] }} RolloutReport
 */

const NAME = 'rollout.json'

/**
 * @param {string} dataPath
 * @param {RolloutReport} report
 */
export function writeRolloutReport(dataPath, report) {
  const file = join(dataPath, NAME)
  writeFileSync(`${file}.new`, `${JSON.stringify(report)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/**
 * @param {string} dataPath
 * @returns {RolloutReport | undefined} undefined where there was none
 */
export function readRolloutReport(dataPath) {
  try {
    return JSON.parse(readFileSync(join(dataPath, NAME), 'utf8'))
  } catch {
    return undefined
  }
}
