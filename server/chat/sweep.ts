import { errorFields, type Logger } from '../../telemetry/logger.ts'
import { outsideSpans } from '../../telemetry/span.ts'

/** A chore done again and again, never twice at once. */
export interface Sweep {
  /** Does it now, or once more when it is being done. */
  soon(): void
  /** Ends it; resolves when nothing of it runs. */
  stop(): Promise<void>
}

/**
 * Repeats a chore so that nothing depends on one hub living. A round that fails is logged and leaves the rest to the
 * next one.
 */
export function startSweep(name: string, everyMs: number, log: Logger, chore: () => Promise<void>): Sweep {
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  const run = async () => {
    do {
      again = false
      await outsideSpans(chore).catch((error: unknown) =>
        log.warn({ chore: name, ...errorFields(error) }, 'A chore failed'),
      )
    } while (again && !stopped)
    running = undefined
  }
  const soon = () => {
    if (stopped) return
    again = true
    running ??= run()
  }
  const timer = setInterval(soon, everyMs)
  return {
    soon,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}
