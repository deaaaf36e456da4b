import { setTimeout as pause } from 'node:timers/promises'
import { type Bare, startBare } from './bare.ts'
import { type Home, startHome } from './home.ts'
import { joinSorted, percentile } from './measure/percentile.ts'
import { readCpuTimes } from './measure/process-facts.ts'
import type { Plan, Scenario } from './plan.ts'
import type { Backend } from './processes/backend.ts'
import type { Browsers, Side } from './processes/browsers.ts'
import { type Child, startChild } from './processes/child.ts'

/** How one side did in a scenario, over all its turns. */
export interface TokenFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time a token took in each process of that side, and in all of them, in microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>
  readonly totalCpuUs: number
  /** Tokens a second that arrived, as a share of those that were to come. */
  readonly delivered: number
}

export interface TokenResult {
  readonly scenario: Scenario
  readonly home: TokenFigures
  readonly bare: TokenFigures
}

interface Listening {
  readonly profileDir: string | undefined
  readonly say: (line: string) => void
  /** Hears each scenario's result as soon as it is there: the whole takes minutes. */
  readonly tell: (result: TokenResult) => void
}

interface Parts {
  readonly plan: Plan
  readonly backend: Child<Backend>
  readonly browsers: Child<Browsers>
  readonly home: Home
  readonly bare: Bare
}

/**
 * Tokens from a backend to browsers, through the home and through the bare relay in turns, so that a machine that
 * grows slower or faster meanwhile does so to both.
 */
export async function measureTokens(
  plan: Plan,
  { profileDir, say, tell }: Listening,
): Promise<TokenResult[]> {
  await using stack = new AsyncDisposableStack()
  const keep = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
    stack.defer(() => part.stop())
    return part
  }
  const backend = keep(await startChild<Backend>('backend.ts'))
  const browsers = keep(await startChild<Browsers>('browsers.ts'))
  const people = Math.max(...plan.scenarios.map(({ streams }) => streams))
  const backendUrl = await backend.ask('url')
  const home = keep(await startHome({ backendUrl, streams: people, profileDir }))
  const bare = keep(await startBare())
  await browsers.ask('signIn', { origin: home.origin, count: people })
  const results: TokenResult[] = []
  for (const scenario of plan.scenarios) {
    say(`${scenario.streams} streams of ${scenario.tokensPerSecond} tokens/s …`)
    const result = await runScenario({ plan, backend, browsers, home, bare }, scenario)
    tell(result)
    results.push(result)
  }
  return results
}

interface Turn {
  readonly latenciesMs: Float64Array
  readonly cpuMs: Readonly<Record<string, number>>
  readonly seconds: number
}

async function runScenario(parts: Parts, scenario: Scenario): Promise<TokenResult> {
  const { plan, browsers, home, bare } = parts
  const { streams } = scenario
  const subjects = Array.from({ length: streams }, (_, index) => `bare.${index}`)
  await browsers.ask('openHome', { origin: home.origin, count: streams })
  await browsers.ask('openBare', { url: bare.url, subjects })
  const turns: Record<Side, Turn[]> = { home: [], bare: [] }
  // The first turn of each warms what is compiled on first use, and does not count.
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const side of ['home', 'bare'] as const) {
      const seconds = round === 0 ? plan.warmSeconds : plan.windowSeconds
      const turn = await runTurn(parts, scenario, { side, subjects, seconds })
      if (round > 0) turns[side].push(turn)
    }
  }
  await browsers.ask('closeHome')
  await browsers.ask('closeBare')
  return { scenario, home: figuresOf(turns.home, scenario), bare: figuresOf(turns.bare, scenario) }
}

async function runTurn(
  { backend, browsers, home, bare }: Parts,
  { streams, tokensPerSecond }: Scenario,
  { side, subjects, seconds: windowSeconds }: { side: Side; subjects: readonly string[]; seconds: number },
): Promise<Turn> {
  const prompt = `tokens=endless rate=${tokensPerSecond} stamped`
  if (side === 'home') await browsers.ask('send', { count: streams, message: prompt })
  else await bare.read(await backend.ask('url'), prompt, subjects)
  await browsers.ask('whenAllRun', { side, count: streams })
  const { pids } = side === 'home' ? home : bare
  const before = await readCpuTimes(pids)
  await browsers.ask('begin', { side, clockLeadUs: await backend.ask('clockLeadUs') })
  await pause(windowSeconds * 1000)
  const after = await readCpuTimes(pids)
  const { latenciesMs, seconds, running } = await browsers.ask('end', side)
  if (running !== streams) throw new Error(`Only ${running} of ${streams} streams lasted`)
  if (side === 'home') await browsers.ask('cancel')
  else await bare.stopReading()
  await browsers.ask('whenAllEnded', side)
  // The recorder and the titles come after the last token and belong to no other turn.
  await pause(Math.min(2_000, 500 + 2 * streams))
  const cpuMs = Object.fromEntries(
    Object.keys(pids).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
  )
  return { latenciesMs, cpuMs, seconds }
}

function figuresOf(turns: readonly Turn[], { streams, tokensPerSecond }: Scenario): TokenFigures {
  const latenciesMs = joinSorted(turns.map((turn) => turn.latenciesMs))
  const tokens = latenciesMs.length
  const seconds = turns.reduce((sum, turn) => sum + turn.seconds, 0)
  const cpuUs: Record<string, number> = {}
  for (const { cpuMs } of turns) {
    for (const [name, ms] of Object.entries(cpuMs)) cpuUs[name] = (cpuUs[name] ?? 0) + (1000 * ms) / tokens
  }
  return {
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuUs,
    totalCpuUs: Object.values(cpuUs).reduce((sum, us) => sum + us, 0),
    delivered: tokens / (seconds * streams * tokensPerSecond),
  }
}
