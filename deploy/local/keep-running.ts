import { setTimeout as pause } from 'node:timers/promises'
import type { Child, Program } from './child-process.ts'
import { startChild } from './child-process.ts'
import type { TakeLine } from './log-lines.ts'
import type { RestartLimits } from './restart-limits.ts'
import { countDeaths } from './restart-limits.ts'
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
  const { say, graceMs } = surroundings
  const ready = Promise.withResolvers<void>()
  const givenUp = Promise.withResolvers<string>()
  const stopping = new AbortController()
  const runs = runsOf(service, surroundings, ready.resolve, stopping.signal)

  const runAgainAndAgain = async () => {
    const count = countDeaths(surroundings.limits)
    while (!stopping.signal.aborted) {
      const { ended, readySince } = await runs.once()
      if (stopping.signal.aborted) return
      const { giveUp, deaths, delayMs } = count(readySince)
      if (giveUp) {
        return givenUp.resolve(`${service.name} died ${deaths} times in a row, the last time with ${ended}`)
      }
      say(`${service.name} ended with ${ended}; starting it again in ${delayMs} ms.`)
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const finished = runAgainAndAgain()
  const kill = () => {
    stopping.abort()
    runs.current()?.kill()
  }
  const stop = async () => {
    stopping.abort()
    runs.current()?.terminate()
    const timer = setTimeout(() => {
      say(`${service.name} did not end within ${graceMs / 1000} s and is killed.`)
      kill()
    }, graceMs)
    await finished.finally(() => clearTimeout(timer))
  }
  return { ready: ready.promise, givenUp: givenUp.promise, stop, kill }
}

/** Runs a service once, from its preparation, which is done when it succeeded, to its end. */
function runsOf(
  service: Service,
  { takeLine, watchdog }: Surroundings,
  onReady: () => void,
  stop: AbortSignal,
) {
  let child: Child | undefined
  let prepared = service.preparation === undefined
  const run = async (program: Program) => {
    child = startChild(program, takeLine, watchdog)
    const ended = await child.ended
    child = undefined
    return ended
  }
  const once = async (): Promise<{ ended: string; readySince: number | undefined }> => {
    if (!prepared && service.preparation) {
      const ended = await run(service.preparation)
      prepared = ended === 'exit code 0'
      if (!prepared || stop.aborted) return { ended, readySince: undefined }
    }
    const over = new AbortController()
    const readiness = awaitReadiness(service, over.signal, onReady)
    const ended = await run(service)
    over.abort()
    return { ended, readySince: await readiness }
  }
  return { once, current: () => child }
}

/** When it became ready, in the time of `performance.now()`; undefined when it ended before. */
async function awaitReadiness(
  service: Service,
  over: AbortSignal,
  onReady: () => void,
): Promise<number | undefined> {
  while (!over.aborted) {
    if (service.isReady === undefined || (await service.isReady().catch(() => false))) {
      onReady()
      return performance.now()
    }
    await pause(50, undefined, { signal: over }).catch(() => undefined)
  }
  return undefined
}
