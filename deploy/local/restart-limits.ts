export interface RestartLimits {
  /** Deaths in a row, without a good run between them, after which it is given up. */
  mostDeaths: number
  /** A run that has been ready for so long was a good one, in milliseconds: the count begins anew. */
  goodRunMs: number
  /** The wait before the first start anew, in milliseconds; it doubles with each death in a row, up to the longest. */
  firstDelayMs: number
  longestDelayMs: number
}

export const restartLimits: RestartLimits = {
  mostDeaths: 6,
  goodRunMs: 30_000,
  firstDelayMs: 100,
  longestDelayMs: 5_000,
}

/**
 * Counts deaths. The function it returns is told of each, with the time (of `performance.now()`) since when that run
 * was ready, if it ever was; it answers how long to wait before the next start, or that there should be none.
 */
export function countDeaths(limits: RestartLimits) {
  let deaths = 0
  return (readySince: number | undefined): { giveUp: boolean; deaths: number; delayMs: number } => {
    const good = readySince !== undefined && performance.now() - readySince >= limits.goodRunMs
    deaths = good ? 1 : deaths + 1
    const delayMs = Math.min(limits.firstDelayMs * 2 ** (deaths - 1), limits.longestDelayMs)
    return { giveUp: deaths >= limits.mostDeaths, deaths, delayMs }
  }
}
