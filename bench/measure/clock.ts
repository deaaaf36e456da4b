import { performance } from 'node:perf_hooks'

/** Now, as the stand-in backend stamps tokens: microseconds since 1970. */
export const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000

/**
 * How far this process's wall clock, fixed at its start, is ahead of the machine's steady clock, in microseconds. Two
 * processes that started at different moments differ in it; the difference is taken out of latencies.
 */
export function clockLeadUs(): number {
  const steadyUs = Number(process.hrtime.bigint()) / 1000
  return nowUs() - steadyUs
}
