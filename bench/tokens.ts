import { setTimeout as pause } from 'node:timers/promises'
import { type Bare, startBare } from './bare.ts'
import { type Home, startHome } from './home.ts'
import { cpuBetween, measureIdle, readCpuTimes } from './measure/process-facts.ts'
import { type TokenResult, tokenResult } from './measure/token-figures.ts'
import type { Turn } from './measure/turn.ts'
import type { Plan, Scenario } from './plan.ts'
import type { Backend } from './processes/backend.ts'
import type { Browsers, Side } from './processes/browsers.ts'
import { type Child, startChild } from './processes/child.ts'

interface Listening {
  readonly profileDir: string | undefined
  readonly say: (line: string) => void
  /** Hears each scenario's result as soon as it is there: the whole takes minutes. */
  readonly tell: (result: TokenResult) => void
}

interface Parts {
  readonly backend: Child<Backend>
  readonly browsers: Child<Browsers>
  readonly home: Home
  readonly bare: Bare
}

const sides = ['home', 'bare'] as const

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
  const streams = Math.max(...[plan.warmUp, ...plan.scenarios].map((one) => one.streams))
  const home = keep(await startHome({ backendUrl: await backend.ask('url'), streams, profileDir }))
  const bare = keep(await startBare())
  // Last, so that the browsers leave before the hub does: one that goes first closes their sockets, which fails them.
  const browsers = keep(await startChild<Browsers>('browsers.ts'))
  const parts = { backend, browsers, home, bare }
  say(`${streams} people sign in …`)
  await browsers.ask('signIn', { origin: home.origin, count: streams })
  await runScenario(parts, plan.warmUp)
  const idle = await measureIdle([home.pids, bare.pids], plan.idleSeconds)
  const results: TokenResult[] = []
  for (const scenario of plan.scenarios) {
    say(`${scenario.streams} streams of ${scenario.tokensPerSecond} tokens/s …`)
    const result = tokenResult(scenario, idle, await runScenario(parts, scenario))
    tell(result)
    results.push(result)
  }
  return results
}

async function runScenario(parts: Parts, scenario: Scenario): Promise<Record<Side, Turn[]>> {
  const { browsers, home, bare } = parts
  const { streams, rounds } = scenario
  const subjects = Array.from({ length: streams }, (_, index) => `bare.${index}`)
  await browsers.ask('openHome', { origin: home.origin, count: streams })
  await browsers.ask('openBare', { url: bare.url, subjects })
  const turns: Record<Side, Turn[]> = { home: [], bare: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const side of sides) turns[side].push(await runTurn(parts, scenario, side, subjects))
  }
  await browsers.ask('closeHome')
  await browsers.ask('closeBare')
  return turns
}

async function runTurn(
  { backend, browsers, home, bare }: Parts,
  { streams, tokensPerSecond, turnSeconds }: Scenario,
  side: Side,
  subjects: readonly string[],
): Promise<Turn> {
  const prompt = `tokens=endless rate=${tokensPerSecond} stamped`
  if (side === 'home') await browsers.ask('send', { count: streams, message: prompt })
  else await bare.read(await backend.ask('url'), prompt, subjects)
  await browsers.ask('whenAllRun', { side, count: streams })
  const { pids } = side === 'home' ? home : bare
  const clockLeadUs = await backend.ask('clockLeadUs')
  // What all streams began with is not what one at its pace is like.
  await pause(Math.min(1_000, 100 + streams))
  const before = await readCpuTimes(pids)
  await browsers.ask('begin', { side, clockLeadUs })
  await pause(turnSeconds * 1000)
  const after = await readCpuTimes(pids)
  const { latenciesMs, seconds, running } = await browsers.ask('end', side)
  if (running !== streams) throw new Error(`Only ${running} of ${streams} streams lasted`)
  if (side === 'home') await browsers.ask('cancel')
  else await bare.stopReading()
  await browsers.ask('whenAllEnded', side)
  // The recorder and the titles come after the last token and belong to no other turn.
  await pause(Math.min(2_000, 300 + 2 * streams))
  return { latenciesMs, cpuMs: cpuBetween(before, after), seconds }
}
