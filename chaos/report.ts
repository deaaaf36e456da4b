import { lifeOf, overlaps, type Violation } from './check/ledger.ts'
import { stepFaults } from './faults/all.ts'
import type { RoundPlan } from './plan.ts'
import type { RoundResult } from './round.ts'

/** What all rounds come to. */
export interface Totals {
  faults: number
  missed: number
  rounds: number
  replies: number
  violations: number
  tokens: number
  readonly kinds: Map<string, number>
  /** Blows at steps that struck alone. */
  readonly alone: Set<string>
  readonly skipped: Map<string, string>
  readonly endings: { answered: number; cancelled: number; failed: number }
  readonly memory: Map<string, number>
  longestCalmMs: number
}

export const newTotals = (): Totals => ({
  faults: 0,
  missed: 0,
  rounds: 0,
  replies: 0,
  violations: 0,
  tokens: 0,
  kinds: new Map(),
  alone: new Set(),
  skipped: new Map(),
  endings: { answered: 0, cancelled: 0, failed: 0 },
  memory: new Map(),
  longestCalmMs: 0,
})

export function addRound(totals: Totals, plan: RoundPlan, result: RoundResult): void {
  const { happened, ledger, endings, calmMs } = result
  totals.rounds += 1
  for (const { kind, outcome, why } of happened) {
    if (outcome === 'struck') {
      totals.faults += 1
      totals.kinds.set(kind, (totals.kinds.get(kind) ?? 0) + 1)
      if (plan.alone) totals.alone.add(kind)
    } else if (outcome === 'skipped') totals.skipped.set(kind, why)
    else if (outcome === 'broken') totals.violations += 1
    else totals.missed += 1
  }
  totals.replies += ledger.asked.size
  totals.violations += ledger.violations.length
  totals.tokens += ledger.tokens
  for (const state of ['answered', 'cancelled', 'failed'] as const) totals.endings[state] += endings[state]
  for (const [name, mebibytes] of ledger.memory)
    totals.memory.set(name, Math.max(mebibytes, totals.memory.get(name) ?? 0))
  totals.longestCalmMs = Math.max(totals.longestCalmMs, calmMs)
}

export function roundLine({ round, shape }: RoundPlan, result: RoundResult, tookMs: number): string {
  const { happened, ledger, endings, calmMs } = result
  const struck = happened.filter(({ outcome }) => outcome === 'struck').length
  const house = `${shape.bus === 3 ? 'cluster' : 'one server'}, ${shape.store}`
  const notes = [...ledger.notes].map(([what, count]) => `${what} ${count}`).join(', ')
  return (
    `round ${round} (${house}): ${struck} of ${happened.length} faults struck, ${ledger.asked.size} replies ` +
    `(${endings.answered} answered, ${endings.cancelled} cancelled, ${endings.failed} failed), ` +
    `${ledger.violations.length} violations; calm after ${seconds(calmMs)}, ${seconds(tookMs)} in all; ${notes}`
  )
}

/** Every fault of a round, as it came. */
export const timeline = ({ happened }: RoundResult): string =>
  happened
    .map(({ kind, fromMs, toMs, outcome }) => `  ${seconds(fromMs)} to ${seconds(toMs)} ${kind}: ${outcome}`)
    .join('\n')

/** Every violation, with the faults that struck in the life of the reply it is about, or a while before it was seen. */
export const violationLines = (result: RoundResult): string[] =>
  result.ledger.violations.flatMap((violation) => [
    violation.what,
    ...faultsBehind(result, violation).map((kind) => `  struck meanwhile: ${kind}`),
  ])

/** A fault is felt this long after it, in milliseconds. */
const feltMs = 10_000

function faultsBehind({ happened, startedAtMs }: RoundResult, { asked, atMs }: Violation): string[] {
  const span = asked === undefined ? { fromMs: atMs - feltMs, toMs: atMs } : lifeOf(asked)
  return happened
    .filter(({ outcome }) => outcome === 'struck')
    .filter(({ fromMs, toMs }) => overlaps({ fromMs: startedAtMs + fromMs, toMs: startedAtMs + toMs }, span))
    .map(({ kind }) => kind)
}

/** One line: what was tried, what came of it. */
export function closingLine(totals: Totals, seed: number): string {
  const kinds = [...totals.kinds].sort(([one], [other]) => one.localeCompare(other))
  const skipped = [...totals.skipped].map(([kind, why]) => `${kind} (${why})`).join(', ')
  const memory = [...totals.memory].map(([name, mebibytes]) => `${name} ${mebibytes} MiB`).join(', ')
  return (
    `chaos, seed ${seed}: ${totals.faults} faults of ${kinds.length} kinds in ${totals.rounds} rounds ` +
    `(${totals.missed} more missed their moment; ${totals.alone.size} of ${stepFaults.length} blows at steps struck alone), ${totals.replies} replies (${totals.endings.answered} answered, ` +
    `${totals.endings.cancelled} cancelled, ${totals.endings.failed} failed with their model), ${totals.tokens} tokens, ` +
    `${totals.violations} violations; longest calm ${seconds(totals.longestCalmMs)}; most memory, and most kept by the bus: ${memory}; ` +
    `skipped: ${skipped === '' ? 'none' : skipped}; clocks set by a preload; ` +
    `by kind: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}`
  )
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
