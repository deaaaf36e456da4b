import type { Service } from './keep-running.ts'
import { KeptService } from './keep-running.ts'
import type { TakeLine } from './log-lines.ts'
import { labelLines } from './log-lines.ts'
import type { RestartLimits } from './restart-limits.ts'
import { restartLimits } from './restart-limits.ts'
import type { Watchdog } from './watchdog.ts'
import { startWatchdog } from './watchdog.ts'

export interface SupervisorOptions {
  /** In the order of need: stopped from the last to the first, started all at once. */
  services: readonly Service[]
  print: TakeLine
  colours?: boolean
  /** How long each has to end after SIGTERM, in milliseconds (10 s); past it, it is killed. */
  graceMs?: number
  limits?: Partial<RestartLimits>
}

export interface Supervisor {
  watchdogPid: number
  /** Resolves when every service that may not be late is ready for the first time. Never, when that doesn't come. */
  ready: Promise<void>
  /** Resolves when nothing runs any more: 0 when that was asked for, 1 when a service had to be given up or killed. */
  ended: Promise<0 | 1>
  /**
   * Puts a service in the place of the one with its name, while that serves.
   * @returns how the one before ended; undefined where none ran
   * @throws an error with the reason when it is not ready within `readyMs` milliseconds; the one before then goes on
   */
  replace(next: Service, readyMs: number): Promise<string | undefined>
  /** Ends the services one after the other. */
  stop(): void
  /** Ends them at once. */
  kill(): void
}

/** Runs services side by side, keeps them running, and joins their output. */
export function supervise(options: SupervisorOptions): Supervisor {
  const { services, print, graceMs = 10_000 } = options
  // The watchdog ends all of them at once, so theirs is the time of one.
  const watchdog = startWatchdog(graceMs)
  const kept = keep(options, watchdog, graceMs)
  const ended = Promise.withResolvers<0 | 1>()
  let code: 0 | 1 = 0
  let stopping = false

  const stop = async () => {
    if (stopping) return
    stopping = true
    for (const service of kept.toReversed()) await service.stop()
    ended.resolve(code)
  }
  for (const { givenUp } of kept) {
    void givenUp.then((reason) => {
      print(`${reason}. Its last lines stand above. Stopping.`)
      code = 1
      return stop()
    })
  }
  const awaited = kept.filter((_, index) => !services[index]?.mayBeLate)
  return {
    watchdogPid: watchdog.pid,
    ready: Promise.all(awaited.map(({ ready }) => ready)).then(() => undefined),
    ended: ended.promise,
    replace: async (next, readyMs) => kept.find(({ name }) => name === next.name)?.replace(next, readyMs),
    stop: () => void stop(),
    kill: () => {
      code = 1
      for (const service of kept) service.kill()
      void stop()
    },
  }
}

function keep(
  { services, print, colours = false, limits }: SupervisorOptions,
  watchdog: Watchdog,
  graceMs: number,
): KeptService[] {
  const names = services.map(({ name }) => name)
  const label = labelLines(print, names, colours)
  return services.map(
    (service) =>
      new KeptService(service, {
        say: print,
        takeLine: showLines(service, label(service.name)),
        watchdog,
        limits: { ...restartLimits, ...limits },
        graceMs,
      }),
  )
}

function showLines({ showLine }: Service, print: TakeLine): TakeLine {
  return (line) => {
    if (showLine === undefined || showLine(line)) print(line)
  }
}
