import { type Home, startHome } from './home.ts'
import { type CallResult, type CallTurns, cpuFigures, questionFigures } from './measure/call-figures.ts'
import { cpuBetween, measureIdle, readCpuTimes } from './measure/process-facts.ts'
import type { Turn } from './measure/turn.ts'
import type { CallScenario, Plan } from './plan.ts'
import type { Callers, CallSide } from './processes/callers.ts'
import { type Child, startChild } from './processes/child.ts'
import type { Kind } from './processes/questions.ts'
import type { Speech } from './processes/speech.ts'

interface Parts {
  readonly home: Home
  readonly callers: Child<Callers>
  readonly speechUrl: string
  /** What the home takes with nothing to do. */
  readonly idle: Turn['cpuMs']
}

/**
 * Questions of calls through the home and, in turns, to its speech server itself, which answers both at once: what the
 * home takes for itself is the difference. And what sound costs on its way to the hub.
 */
export async function measureCalls(
  { calls: { warmUp, scenarios }, idleSeconds }: Plan,
  { profileDir, say }: { readonly profileDir: string | undefined; readonly say: (line: string) => void },
): Promise<CallResult[]> {
  await using stack = new AsyncDisposableStack()
  const keep = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
    stack.defer(() => part.stop())
    return part
  }
  const speechUrl = await keep(await startChild<Speech>('speech.ts')).ask('url')
  const most = Math.max(...[warmUp, ...scenarios].map(({ calls }) => calls))
  const home = keep(await startHome({ speech: { url: speechUrl, questions: most }, profileDir }))
  // Last, so that the callers leave before the hub does: one that goes first closes their sockets, which fails them.
  const callers = keep(await startChild<Callers>('callers.ts'))
  const cookies = await callers.ask('signIn', { origin: home.origin, count: most })
  await runScenario({ home, callers, speechUrl, idle: {} }, warmUp, cookies)
  const [idle = {}] = await measureIdle([home.pids], idleSeconds)
  const results: CallResult[] = []
  for (const scenario of scenarios) {
    say(`${scenario.calls} ${scenario.calls === 1 ? 'call' : 'calls at once'} …`)
    results.push(await runScenario({ home, callers, speechUrl, idle }, scenario, cookies))
  }
  return results
}

async function runScenario(
  parts: Parts,
  scenario: CallScenario,
  cookies: readonly string[],
): Promise<CallResult> {
  const { home, callers, speechUrl, idle } = parts
  await callers.ask('open', { origin: home.origin, cookies: cookies.slice(0, scenario.calls), speechUrl })
  const say = questionFigures(await runTurns(parts, scenario, 'say'), idle)
  const hear = questionFigures(await runTurns(parts, scenario, 'hear'), idle)
  const sound = await runTurn(home, async () => {
    await callers.ask('speak', scenario.soundSeconds)
    return new Float64Array()
  })
  await callers.ask('close')
  return { scenario, say, hear, sound: cpuFigures([sound], idle, scenario.calls * scenario.soundSeconds) }
}

async function runTurns(
  { home, callers }: Parts,
  { perSecond, rounds, turnSeconds }: CallScenario,
  kind: Kind,
): Promise<CallTurns> {
  const turns: Record<CallSide, Turn[]> = { home: [], bare: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const side of ['home', 'bare'] as const) {
      const asking = { side, kind, perSecond, seconds: turnSeconds }
      turns[side].push(await runTurn(home, () => callers.ask('ask', asking)))
    }
  }
  return turns
}

async function runTurn(home: Home, work: () => Promise<Float64Array>): Promise<Turn> {
  const [before, begunMs] = [await readCpuTimes(home.pids), performance.now()]
  const latenciesMs = await work()
  const seconds = (performance.now() - begunMs) / 1000
  return { latenciesMs, cpuMs: cpuBetween(before, await readCpuTimes(home.pids)), seconds }
}
