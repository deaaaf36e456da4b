import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** `USER_HZ`: what Linux counts a process's time in towards programs, whatever its own tick is (proc(5)). */
const ticksPerSecond = 100
const pageBytes = 4096

/** User and system time of a process since its start, its threads included, in milliseconds. Resolution: 10 ms. */
export async function cpuTimeMs(pid: number): Promise<number> {
  return cpuTimeOfStat(await readFile(`/proc/${pid}/stat`, 'utf8'))
}

/** The same from the text of `/proc/PID/stat`. The name, in brackets, may hold spaces and brackets itself. */
export function cpuTimeOfStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return (ticks * 1000) / ticksPerSecond
}

/** What a process has in memory now, in bytes: pages shared with others included, and garbage not yet collected. */
export async function residentBytes(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8')
  return Number(statm.split(' ')[1]) * pageBytes
}

/** Time each named process used between two readings, in milliseconds. */
export async function readCpuTimes(pids: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const times = Object.entries(pids).map(async ([name, pid]) => [name, await cpuTimeMs(pid)] as const)
  return Object.fromEntries(await Promise.all(times))
}

/** Time each named process used from one reading to another, divided. */
export function cpuBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  divisor = 1,
): Record<string, number> {
  const entries = Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / divisor])
  return Object.fromEntries(entries)
}

/**
 * CPU time that each process of each side takes with nothing to do, in milliseconds a second. They rest as long before
 * it: titles, purges and collections that follow the last reply are no idling, and taken for it they would flatter the
 * home.
 */
export async function measureIdle(
  sides: readonly Readonly<Record<string, number>>[],
  seconds: number,
): Promise<Record<string, number>[]> {
  const read = () => Promise.all(sides.map(readCpuTimes))
  await pause(seconds * 1000)
  const before = await read()
  await pause(seconds * 1000)
  const after = await read()
  return after.map((times, side) => cpuBetween(before[side] ?? {}, times, seconds))
}
