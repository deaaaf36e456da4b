import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isStillAlive } from './process-lock.mjs'
import { readRolloutReport } from './rollout-report.mjs'

const LOOK_MS = 100

/**
 * Has the supervisor that runs on a data folder replace its processes, and waits until it has.
 * @param {string} dataPath
 * @param {(line: string) => void} say
 * @returns {Promise<import('./rollout-report.mjs').RolloutReport>} how it went
 * @throws {Error} when none runs there, or when it ends meanwhile
 */
export async function askRollout(dataPath, say) {
  const supervisor = runningSupervisor(dataPath)
  const last = reportOf(dataPath, supervisor)
  // A supervisor that started with an older version counts only the rollouts that ended.
  const before = last?.begun ?? last?.number ?? 0
  if (last && before > last.number) say('A rollout is under way; this one follows it.')
  process.kill(supervisor.pid, 'SIGHUP')
  for (;;) {
    const report = reportOf(dataPath, supervisor)
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
 * @param {{ pid: number, described: string }} supervisor
 */
function reportOf(dataPath, { pid, described }) {
  const report = readRolloutReport(dataPath)
  // One that started with an older version names itself by its number alone.
  return report && [described, pid].includes(report.supervisor) ? report : undefined
}
