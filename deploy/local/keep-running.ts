import { setTimeout as pause } from 'node:timers/promises'
import type { Child, Program } from './child-process.ts'
import { startChild } from './child-process.ts'
import type { TakeLine } from './log-lines.ts'
import type { Watchdog } from './watchdog.ts'

export interface Service extends Program {
  name: string
  /** Run to its end, successfully, once before the first start. */
  preparation?: Program
  /** Whether it does its work by now; asked every 50 ms. Without it, it counts as ready from its start. */
  isReady?: () => Promise<boolean>
  /** Which of its lines are worth printing; all of them by default. */
  showLine?: (line: string) => boolean
}

export interface RestartLimits {
  /** Deaths in a row, without a good run between them, after which it is given up. */
  mostDeaths: number
  /** Only deaths within this time count together. */
  withinMs: number
  /** A run that has been ready for so long was a good one. */
  goodRunMs: number
  firstDelayMs: number
  longestDelayMs: number
}

export const restartLimits: RestartLimits = {
  mostDeaths: 6,
  withinMs: 60_000,
  goodRunMs: 2_000,
  firstDelayMs: 100,
  longestDelayMs: 5_000,
}

export interface Surroundings {
  say: TakeLine
  takeLine: TakeLine
  watchdog: Watchdog
  limits: RestartLimits
  /** How long it has to end after SIGTERM, in milliseconds, before SIGKILL. */
  graceMs: number
}

export interface KeptService {
  /** Resolves when it is ready for the first time. Never, when that doesn't come. */
  ready: Promise<void>
  /** Resolves, with the reason, when it is given up. Never otherwise. */
  givenUp: Promise<string>
  stop(): Promise<void>
  kill(): void
}

/** Runs a service and starts it again when it dies, each time after a longer pause, until it is clear it won't. */
export function keepRunning(service: Service, surroundings: Surroundings): KeptService {
  const { say, takeLine, watchdog, limits, graceMs } = surroundings
  const ready = Promise.withResolvers<void>()
  const givenUp = Promise.withResolvers<string>()
  const stopping = new AbortController()
  let child: Child | undefined
  let prepared = service.preparation === undefined

  const run = async (program: Program) => {
    child = startChild(program, takeLine, watchdog)
    const ended = await child.ended
    child = undefined
    return ended
  }
  const runOnce = async (): Promise<{ ended: string; good: boolean }> => {
    if (!prepared && service.preparation) {
      const ended = await run(service.preparation)
      prepared = ended === 'exit code 0'
      if (!prepared || stopping.signal.aborted) return { ended, good: false }
    }
    const over = new AbortController()
    const readyAt = awaitReadiness(service, over.signal).then((at) => {
      if (at !== undefined) ready.resolve()
      return at
    })
    const ended = await run(service)
    over.abort()
    const since = await readyAt
    return { ended, good: since !== undefined && performance.now() - since >= limits.goodRunMs }
  }
  const runAgainAndAgain = async () => {
    let deaths: number[] = []
    while (!stopping.signal.aborted) {
      const { ended, good } = await runOnce()
      if (stopping.signal.aborted) return
      const now = performance.now()
      deaths = [...(good ? [] : deaths), now].filter((at) => now - at < limits.withinMs)
      if (deaths.length >= limits.mostDeaths) {
        return givenUp.resolve(
          `${service.name} died ${deaths.length} times in a row, the last time with ${ended}`,
        )
      }
      const delayMs = Math.min(limits.firstDelayMs * 2 ** (deaths.length - 1), limits.longestDelayMs)
      say(`${service.name} ended with ${ended}; starting it again in ${delayMs} ms.`)
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const finished = runAgainAndAgain()
  return {
    ready: ready.promise,
    givenUp: givenUp.promise,
    stop: async () => {
      stopping.abort()
      child?.terminate()
      const timer = setTimeout(() => {
        say(`${service.name} did not end within ${graceMs / 1000} s and is killed.`)
        child?.kill()
      }, graceMs)
      await finished.finally(() => clearTimeout(timer))
    },
    kill: () => {
      stopping.abort()
      child?.kill()
    },
  }
}

/** When it became ready, in the time of `performance.now()`; undefined when it ended before. */
async function awaitReadiness(service: Service, over: AbortSignal): Promise<number | undefined> {
  while (!over.aborted) {
    if (service.isReady === undefined || (await service.isReady().catch(() => false)))
      return performance.now()
    await pause(50, undefined, { signal: over }).catch(() => undefined)
  }
  return undefined
}
