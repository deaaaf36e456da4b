import type { ConnectionFigures } from './connections.ts'
import type { TokenFigures, TokenResult } from './measure/token-figures.ts'
import { connectionAimKib, cpuAim, type Plan } from './plan.ts'

const headings = ['', 'home', 'bare', 'ratio', 'aim', '']

/** One table of all scenarios: both sides, their ratio, and, of a conclusive plan, whether the aim is met. */
export function tokenTable(
  results: readonly TokenResult[],
  { conclusive }: Pick<Plan, 'conclusive'>,
): string {
  const aimed = (ratio: number, aim: number): string[] => [
    ratio.toFixed(2),
    `≤ ${aim}`,
    conclusive ? verdict(ratio <= aim) : '',
  ]
  const rows = results.flatMap(({ scenario, home, bare, ratios }) => {
    const name = `${scenario.streams.toLocaleString('en')} × ${scenario.tokensPerSecond} tokens/s`
    return [
      [`**${name}**`, '', '', '', '', ''],
      ['latency p50, ms', figure(home.p50Ms), figure(bare.p50Ms), ...aimed(ratios.p50, scenario.latencyAim)],
      ['latency p99, ms', figure(home.p99Ms), figure(bare.p99Ms), ratios.p99.toFixed(2), '', ''],
      ['CPU a token, µs', figure(home.totalCpuUs), figure(bare.totalCpuUs), ...aimed(ratios.cpu, cpuAim)],
      ['of it', shares(home.cpuUs), shares(bare.cpuUs), '', '', ''],
      ['tokens that came in time', percent(home.delivered), percent(bare.delivered), '', '', ''],
    ]
  })
  const [first] = results
  const idle = ['idle, CPU ms a second', figure(first?.home.idleMs ?? 0), figure(first?.bare.idleMs ?? 0)]
  return table([headings, ...rows, [...idle, '', '', '']])
}

export function connectionTable(
  figures: ConnectionFigures,
  { conclusive }: Pick<Plan, 'conclusive'>,
): string {
  const { connections, kibPerConnection, beforeMib, withMib } = figures
  const met = conclusive ? verdict(kibPerConnection <= connectionAimKib) : ''
  const name = `KiB a connection, at ${connections.toLocaleString('en')} idle`
  return table([
    ['', 'hub', 'aim', ''],
    [name, kibPerConnection.toFixed(1), `≤ ${connectionAimKib}`, met],
    ['hub before → with, MiB', `${beforeMib.toFixed(0)} → ${withMib.toFixed(0)}`, '', ''],
  ])
}

const verdict = (met: boolean): string => (met ? 'met' : 'missed')
const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
/** What each process has of it. */
export const shares = (cpuUs: TokenFigures['cpuUs']): string =>
  Object.entries(cpuUs)
    .map(([name, us]) => `${name} ${us.toFixed(0)}`)
    .join(', ')

/** Markdown, with columns as wide as their widest cell so that it reads in a terminal too. */
export function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
