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

/**
 * Counts deaths. The function it returns is told of each, with the time (of `performance.now()`) since when that run
 * was ready, if it ever was; it answers how long to wait before the next start, or that there should be none.
 */
export function countDeaths(limits: RestartLimits) {
  let deaths: number[] = []
  return (readySince: number | undefined): { giveUp: boolean; deaths: number; delayMs: number } => {
    const now = performance.now()
    const good = readySince !== undefined && now - readySince >= limits.goodRunMs
    deaths = [...(good ? [] : deaths), now].filter((at) => now - at < limits.withinMs)
    const delayMs = Math.min(limits.firstDelayMs * 2 ** (deaths.length - 1), limits.longestDelayMs)
    return { giveUp: deaths.length >= limits.mostDeaths, deaths: deaths.length, delayMs }
  }
}
