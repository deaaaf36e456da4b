import type { Scenario } from '../plan.ts'
import { joinSorted, median, percentile } from './percentile.ts'
import { cpuUsEach, sum, type Turn } from './turn.ts'

/** How one side did in a scenario, over all its turns. */
export interface TokenFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time a token took beyond what idling takes, in each process of that side and in all, in microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>
  readonly totalCpuUs: number
  /** CPU time of that side with nothing to do, in milliseconds a second. */
  readonly idleMs: number
  /** Tokens that arrived, as a share of those that were to come in that time. */
  readonly delivered: number
}

export interface TokenResult {
  readonly scenario: Scenario
  readonly home: TokenFigures
  readonly bare: TokenFigures
  /** Home to bare, each the median over the rounds: what disturbs one turn of a shared machine then counts little. */
  readonly ratios: { readonly p50: number; readonly p99: number; readonly cpu: number }
}

/** `idle` and `turns`: of the home, then of the bare relay. */
export function tokenResult(
  scenario: Scenario,
  [homeIdle = {}, bareIdle = {}]: readonly Turn['cpuMs'][],
  turns: { readonly home: readonly Turn[]; readonly bare: readonly Turn[] },
): TokenResult {
  const homeRounds = turns.home.map((turn) => figuresOf([turn], homeIdle, scenario))
  const bareRounds = turns.bare.map((turn) => figuresOf([turn], bareIdle, scenario))
  const ratio = (read: (figures: TokenFigures) => number): number =>
    median(
      homeRounds.flatMap((home, round) => (bareRounds[round] ? read(home) / read(bareRounds[round]) : [])),
    )
  return {
    scenario,
    home: figuresOf(turns.home, homeIdle, scenario),
    bare: figuresOf(turns.bare, bareIdle, scenario),
    ratios: {
      p50: ratio(({ p50Ms }) => p50Ms),
      p99: ratio(({ p99Ms }) => p99Ms),
      cpu: ratio(({ totalCpuUs }) => totalCpuUs),
    },
  }
}

function figuresOf(
  turns: readonly Turn[],
  idle: Turn['cpuMs'],
  { streams, tokensPerSecond }: Scenario,
): TokenFigures {
  const latenciesMs = joinSorted(turns.map((turn) => turn.latenciesMs))
  const tokens = latenciesMs.length
  const seconds = sum(turns.map((turn) => turn.seconds))
  const cpuUs = cpuUsEach(turns, idle, tokens)
  return {
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuUs,
    totalCpuUs: sum(Object.values(cpuUs)),
    idleMs: sum(Object.values(idle)),
    delivered: tokens / (seconds * streams * tokensPerSecond),
  }
}
