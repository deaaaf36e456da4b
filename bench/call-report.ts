import type { CallResult, CpuFigures, QuestionFigures } from './measure/call-figures.ts'
import { shares, table } from './report.ts'

/** One table of all scenarios: both sides, their ratio, and what the home adds. */
export function callTable(results: readonly CallResult[]): string {
  const rows = results.flatMap(({ scenario: { calls, soundSeconds }, say, hear, sound }) => [
    [`**${calls} ${calls === 1 ? 'call' : 'calls at once'}**`, '', '', '', ''],
    ...questionRows('a text’s sound', say),
    ...questionRows('an utterance’s words', hear),
    ...(soundSeconds > 0 ? cpuRows('CPU a second of sound sent, µs', sound) : []),
  ])
  return table([['', 'home', 'bare', 'ratio', 'added, ms'], ...rows])
}

const questionRows = (name: string, { home, bare, ratios, cpu }: QuestionFigures): string[][] => [
  waitRow(`${name} p50, ms`, [home.p50Ms, bare.p50Ms], ratios.p50),
  waitRow(`${name} p99, ms`, [home.p99Ms, bare.p99Ms], ratios.p99),
  ...cpuRows(`CPU ${name}, µs`, cpu),
]

const waitRow = (name: string, [home, bare]: readonly [number, number], ratio: number): string[] => [
  name,
  ...[home, bare, ratio, home - bare].map((value) => value.toFixed(2)),
]

const cpuRows = (name: string, { us, totalUs }: CpuFigures): string[][] => [
  [name, totalUs.toFixed(0), '', '', ''],
  ['of it', shares(us), '', '', ''],
]
