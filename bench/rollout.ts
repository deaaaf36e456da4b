import { setTimeout as pause } from 'node:timers/promises'
import type { ReturningReader } from '../testing/hub/returning-reader.ts'
import { joinSorted, median, percentile } from './measure/percentile.ts'
import { longestSilence, startReadHome } from './readers.ts'

export interface RolloutPlan {
  readonly readers: number
  readonly rollouts: number
  /** What the first one is taken to last, in seconds; those after it are taken to last as long as the one before. */
  readonly firstSeconds: number
}

/** Medians over the rollouts; a rollout is held beside as long a time just before it. */
export interface RolloutFigures {
  readonly seconds: number
  readonly undisturbedPerSecond: number
  readonly duringPerSecond: number
  /** The longest silence a reader met, in milliseconds, of all readers in all rollouts. */
  readonly silenceP50Ms: number
  readonly silenceP99Ms: number
}

const tokensPerSecond = 20
/** What is under way at the end of a rollout is counted as part of it for so long, in milliseconds. */
const afterMs = 1_000

/** Counts the tokens that readers hear while the home is replaced, and while it is not. */
export async function measureRollout(
  plan: RolloutPlan,
  say: (line: string) => void,
): Promise<RolloutFigures> {
  await using stack = new AsyncDisposableStack()
  const { home, readers } = await startReadHome(stack, plan.readers, tokensPerSecond)
  const turns: Turn[] = []
  for (let rollout = 0; rollout < plan.rollouts; rollout += 1) {
    // At least as much is undisturbed before as the rollout takes.
    await pause(2_000 * (turns.at(-1)?.seconds ?? plan.firstSeconds))
    say(`rollout ${rollout + 1} of ${plan.rollouts}`)
    const beginMs = performance.now()
    const { code, lines } = await home.rollOut()
    if (code !== 0) throw new Error(lines.join('\n'))
    await pause(afterMs)
    turns.push(turnOf(readers, beginMs, performance.now()))
  }
  const silencesMs = joinSorted(turns.map((turn) => turn.silencesMs))
  return {
    seconds: median(turns.map(({ seconds }) => seconds)),
    undisturbedPerSecond: median(turns.map(({ undisturbedPerSecond }) => undisturbedPerSecond)),
    duringPerSecond: median(turns.map(({ duringPerSecond }) => duringPerSecond)),
    silenceP50Ms: percentile(silencesMs, 0.5),
    silenceP99Ms: percentile(silencesMs, 0.99),
  }
}

interface Turn extends Pick<RolloutFigures, 'seconds' | 'undisturbedPerSecond' | 'duringPerSecond'> {
  readonly silencesMs: Float64Array
}

function turnOf(readers: readonly ReturningReader[], beginMs: number, endMs: number): Turn {
  const lengthMs = endMs - beginMs
  const seconds = lengthMs / 1_000
  return {
    seconds,
    undisturbedPerSecond: wordsBetween(readers, beginMs - lengthMs, beginMs) / seconds,
    duringPerSecond: wordsBetween(readers, beginMs, endMs) / seconds,
    silencesMs: Float64Array.from(readers, (one) => longestSilence(one, beginMs, endMs)),
  }
}

function wordsBetween(readers: readonly ReturningReader[], fromMs: number, toMs: number): number {
  const heard = readers.flatMap((one) => one.heard)
  return heard.reduce((sum, { atMs, words }) => (atMs >= fromMs && atMs < toMs ? sum + words : sum), 0)
}
