import { setTimeout as pause } from 'node:timers/promises'
import { restartLimits } from '../deploy/local/restart-limits.ts'
import type { ReturningReader } from '../testing/hub/returning-reader.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { joinSorted, percentile } from './measure/percentile.ts'
import { endOfLongestSilence, startReadHome } from './readers.ts'

export interface KillPlan {
  readonly readers: number
  /** How often each process is killed. */
  readonly kills: number
}

/** From the kill to the next token a reader hears, in milliseconds. */
export interface KillFigures {
  readonly process: 'hub' | 'worker'
  readonly samples: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const tokensPerSecond = 20
/** Before the first kill of a process, so that it meets a home at rest, in milliseconds. */
const restMs = 4_000
/** Between two kills: the supervisor waits longer each time for one that dies again before it had a good run. */
const goodRunMs = restartLimits.goodRunMs + 1_000
const patienceMs = 60_000

/** Kills hub and worker of a home in turn, which its supervisor starts again, while people read. */
export async function measureKills(plan: KillPlan, say: (line: string) => void): Promise<KillFigures[]> {
  await using stack = new AsyncDisposableStack()
  const { home, readers } = await startReadHome(stack, plan.readers, tokensPerSecond)
  const figures: KillFigures[] = []
  for (const name of ['worker', 'hub'] as const) {
    const pauses: number[] = []
    for (let kill = 0; kill < plan.kills; kill += 1) {
      await pause(kill === 0 ? restMs : goodRunMs)
      say(`${name}, kill ${kill + 1} of ${plan.kills}`)
      const before = readers.map((one) => stateOf(one)[name])
      const killedMs = performance.now()
      process.kill(home.pidOf(name), 'SIGKILL')
      const wentOn = readers.map((one, index) =>
        wentOnAfter(one, killedMs, () => stateOf(one)[name] !== before[index]),
      )
      pauses.push(...(await Promise.all(wentOn)).map((atMs) => atMs - killedMs))
    }
    const sorted = joinSorted([Float64Array.from(pauses)])
    const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)]
    figures.push({ process: name, samples: pauses.length, p50Ms, p99Ms })
  }
  return figures
}

/** What changes for a reader when another process serves. */
const stateOf = (reader: ReturningReader) => ({ hub: reader.resumed, worker: reader.attempt })

/** When text came again: the end of the longest silence since the kill, what was on its way then left out. */
async function wentOnAfter(
  reader: ReturningReader,
  killedMs: number,
  isOther: () => boolean,
): Promise<number> {
  const options = { timeoutMs: patienceMs }
  await waitUntil('another process serves', isOther, options)
  const count = reader.heard.length
  await waitUntil('text comes again', () => reader.heard.length > count, options)
  return endOfLongestSilence(reader, killedMs)
}
