/** What one side did in one turn: CPU time by process in milliseconds, the background's included. */
export interface Turn {
  readonly latenciesMs: Float64Array
  readonly cpuMs: Readonly<Record<string, number>>
  readonly seconds: number
}

/**
 * CPU time of each process beyond what idling takes, in microseconds, for each of the `count` things that were done in
 * the turns. `idle`: milliseconds a second.
 */
export function cpuUsEach(
  turns: readonly Omit<Turn, 'latenciesMs'>[],
  idle: Turn['cpuMs'],
  count: number,
): Record<string, number> {
  const cpuOf = (name: string): number =>
    sum(turns.map(({ cpuMs, seconds }) => (cpuMs[name] ?? 0) - seconds * (idle[name] ?? 0)))
  const names = Object.keys(turns[0]?.cpuMs ?? {})
  return Object.fromEntries(names.map((name) => [name, (1000 * cpuOf(name)) / count]))
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
