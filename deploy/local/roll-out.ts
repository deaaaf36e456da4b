import type { Service } from './keep-running.ts'
import type { TakeLine } from './log-lines.ts'
import { describeProcess } from './process-lock.mjs'
import { type RolloutReport, writeRolloutReport } from './rollout-report.mjs'
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

/**
 * @returns what rolls out; called while it does, it has another rollout follow, one for all who asked meanwhile: what
 *   they want replaced may have changed after the one under way looked.
 */
export function prepareRollouts(options: RolloutOptions): () => Promise<void> {
  const report = keepReport(options)
  let [running, isWanted, begun] = [false, false, 0]
  return async () => {
    isWanted = true
    if (running) return options.print('A rollout is under way; another follows it.')
    running = true
    while (isWanted) {
      isWanted = false
      begun += 1
      report({ begun })
      report({ number: begun, ...(await rollOutAloud(options)) })
    }
    running = false
  }
}

/** @returns what writes the report again, with what is new in it */
function keepReport({ dataPath, print }: RolloutOptions): (news: Partial<RolloutReport>) => void {
  let report: RolloutReport = {
    supervisor: describeProcess(process.pid),
    begun: 0,
    number: 0,
    succeeded: true,
    lines: [],
  }
  return (news) => {
    report = { ...report, ...news }
    try {
      writeRolloutReport(dataPath, report)
    } catch (error) {
      print(`The rollout's report could not be written: ${error instanceof Error ? error.message : error}`)
    }
  }
}

async function rollOutAloud(options: RolloutOptions): Promise<Pick<RolloutReport, 'succeeded' | 'lines'>> {
  const lines: string[] = []
  const say = (line: string) => {
    lines.push(line)
    options.print(line)
  }
  options.print('Replacing hub and worker while they serve.')
  return { succeeded: await rollOut(options, say), lines }
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
