import type { Service } from './keep-running.ts'
import type { TakeLine } from './log-lines.ts'
import { writeRolloutReport } from './rollout-report.mjs'
import type { Supervisor } from './supervisor.ts'

export interface RolloutOptions {
  supervisor: Pick<Supervisor, 'replace'>
  /** What is to run from now on, in the order of replacement. @throws when that can't be known */
  renew: () => Service[]
  print: TakeLine
  /** Longest wait for each to be ready, in milliseconds. Past it that one is ended, and the rollout has failed. */
  readyMs: number
  /** Where the report of each rollout is written, for whoever asked for it. */
  dataPath: string
}

/** @returns what rolls out; called while it does, it leaves the caller to the rollout under way. */
export function prepareRollouts(options: RolloutOptions): () => Promise<void> {
  const { print, dataPath } = options
  let [number, running] = [0, false]
  return async () => {
    if (running) return print('A rollout is under way already.')
    running = true
    const lines: string[] = []
    const say = (line: string) => {
      lines.push(line)
      print(line)
    }
    print('Replacing hub and worker while they serve.')
    const succeeded = await rollOut(options, say)
    number += 1
    running = false
    try {
      writeRolloutReport(dataPath, { supervisor: process.pid, number, succeeded, lines })
    } catch (error) {
      print(`Its report could not be written: ${error instanceof Error ? error.message : error}`)
    }
  }
}

/**
 * Replaces services one after the other, each by one that is ready before the one before it ends. Ends at the first
 * that can't be: that one and those after it go on as they were.
 */
async function rollOut({ supervisor, renew, readyMs }: RolloutOptions, say: TakeLine): Promise<boolean> {
  let left: string[] = []
  try {
    const services = renew()
    left = services.map(({ name }) => name)
    for (const service of services) {
      const startedMs = performance.now()
      const ended = await supervisor.replace(service, readyMs)
      say(`${service.name} was replaced in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`)
      if (ended !== undefined && ended !== 'exit code 0')
        say(`The ${service.name} before it ended with ${ended}.`)
      left.shift()
    }
    say('The rollout is done.')
    return true
  } catch (error) {
    say(`The rollout failed: ${error instanceof Error ? error.message : error}.`)
    say(`${left.length > 0 ? left.join(' and ') : 'Everything'} went on as before.`)
    return false
  }
}
