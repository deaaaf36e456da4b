import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isStillAlive } from './process-lock.mjs'
import { readRolloutReport } from './rollout-report.mjs'

const LOOK_MS = 100

/**
 * Has the supervisor that runs on a data folder replace its processes, and waits until it has.
 * @param {string} dataPath
 * @returns {Promise<import('./rollout-report.mjs').RolloutReport>} how it went
 * @throws {Error} when none runs there, or when it ends meanwhile
 */
export async function askRollout(dataPath) {
  const supervisor = runningSupervisor(dataPath)
  const before = reportOf(dataPath, supervisor.pid)?.number ?? 0
  process.kill(supervisor.pid, 'SIGHUP')
  for (;;) {
    const report = reportOf(dataPath, supervisor.pid)
    if (report && report.number > before) return report
    if (!isStillAlive(supervisor.described)) throw new Error('Companions ended during the rollout.')
    await pause(LOOK_MS)
  }
}

/**
 * @param {string} dataPath
 * @throws {Error} when none runs there
 */
export function runningSupervisor(dataPath) {
  const described = readLock(join(dataPath, 'supervisor.lock'))
  if (described !== undefined && isStillAlive(described))
    return { pid: Number.parseInt(described, 10), described }
  throw new Error(`Nothing runs on ${dataPath}, so there is nothing to replace. \`npm start\` starts it.`)
}

/** @param {string} file */
function readLock(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string} dataPath
 * @param {number} pid
 */
function reportOf(dataPath, pid) {
  const report = readRolloutReport(dataPath)
  return report?.supervisor === pid ? report : undefined
}
