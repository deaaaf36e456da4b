import type { CallScenario } from '../plan.ts'
import { joinSorted, median, percentile } from './percentile.ts'
import { cpuUsEach, sum, type Turn } from './turn.ts'

/** How long questions waited for their answers, in milliseconds. */
export interface Waits {
  readonly p50Ms: number
  readonly p99Ms: number
}

/** How questions of one kind fared, over all turns. */
export interface QuestionFigures {
  readonly home: Waits
  readonly bare: Waits
  /** Home to bare, each the median over the rounds. */
  readonly ratios: { readonly p50: number; readonly p99: number }
  readonly cpu: CpuFigures
}

/** CPU time beyond what idling takes, in each process of the home and in all, in microseconds. */
export interface CpuFigures {
  readonly us: Readonly<Record<string, number>>
  readonly totalUs: number
}

export interface CallResult {
  readonly scenario: CallScenario
  /** From a text to its sound. */
  readonly say: QuestionFigures
  /** From the end of an utterance, whose sound is with the hub, to its words. */
  readonly hear: QuestionFigures
  /** For each second of sound on its way to the hub. */
  readonly sound: CpuFigures
}

export interface CallTurns {
  readonly home: readonly Turn[]
  readonly bare: readonly Turn[]
}

export function questionFigures({ home, bare }: CallTurns, idle: Turn['cpuMs']): QuestionFigures {
  const ratio = (read: (waits: Waits) => number): number =>
    median(
      home.flatMap((turn, round) =>
        bare[round] ? read(waitsOf([turn])) / read(waitsOf([bare[round]])) : [],
      ),
    )
  const questions = sum(home.map(({ latenciesMs }) => latenciesMs.length))
  return {
    home: waitsOf(home),
    bare: waitsOf(bare),
    ratios: { p50: ratio(({ p50Ms }) => p50Ms), p99: ratio(({ p99Ms }) => p99Ms) },
    cpu: cpuFigures(home, idle, questions),
  }
}

export function cpuFigures(
  turns: readonly Omit<Turn, 'latenciesMs'>[],
  idle: Turn['cpuMs'],
  count: number,
): CpuFigures {
  const us = cpuUsEach(turns, idle, count)
  return { us, totalUs: sum(Object.values(us)) }
}

function waitsOf(turns: readonly Turn[]): Waits {
  const latenciesMs = joinSorted(turns.map((turn) => turn.latenciesMs))
  return { p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) }
}
