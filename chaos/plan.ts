import { looseFaults, stepFaults } from './faults/all.ts'
import type { Fault } from './faults/fault.ts'
import type { Shape } from './house/place-slots.ts'
import { Random } from './random.ts'

/** A fault and how long after the one before it, in milliseconds. */
export interface Card {
  readonly fault: Fault
  readonly afterMs: number
}

export interface RoundPlan {
  readonly seed: number
  readonly round: number
  readonly shape: Shape
  readonly cards: readonly Card[]
  /** Each fault strikes by itself, into a house that has come to rest. */
  readonly alone: boolean
  /** No process is replaced, so that each can be held to what it had before. */
  readonly steady: boolean
  /** What plays it again. */
  readonly again: string
}

/** Houses in turn; a cluster is dearer to run, so it comes more rarely. */
const shapes: readonly Shape[] = [
  { bus: 1, store: 'sqlite' },
  { bus: 1, store: 'postgres' },
  { bus: 1, store: 'sqlite' },
  { bus: 1, store: 'postgres' },
  { bus: 3, store: 'postgres' },
]

/**
 * What happens in a round, by its seed and number alone, so that any round can be played again by itself. Each shape
 * of house deals its faults from a shuffled deck of its own, so that all come up before one comes up again.
 */
export function planRound(seed: number, round: number, count: number, only: RegExp = /./): RoundPlan {
  const shapeIndex = round % shapes.length
  const shape = shapes[shapeIndex] ?? { bus: 1, store: 'sqlite' }
  const kind = shapes.findIndex((one) => one.bus === shape.bus && one.store === shape.store)
  const before = shapes
    .slice(0, shapeIndex)
    .filter((one) => shapes.indexOf(one) === kind || same(one, shape)).length
  const perTurn = shapes.filter((one) => same(one, shape)).length
  const first = (Math.floor(round / shapes.length) * perTurn + before) * count
  const random = new Random(seed, round)
  const steady = round % steadyEvery === steadyEvery - 1
  const fitting = (fault: Fault) =>
    (fault.fits?.(shape) ?? true) && only.test(fault.kind) && !(steady && replaces.test(fault.kind))
  const faults = Array.from({ length: count }, (_, index) => dealt(seed, shape, first + index, fitting))
  const cards = faults.map((fault) => ({ fault, afterMs: gapMs(random) }))
  return { seed, round, shape, cards, alone: false, steady, again: flags({ seed, round, count, only }) }
}

/**
 * A round of the pass in which every blow strikes alone at every step, on both stores in turn; what only one of them has
 * comes at the end, on that. @returns undefined when the pass is over.
 */
export function planSingle(seed: number, round: number, count: number, only: RegExp): RoundPlan | undefined {
  const fitting = stepFaults.filter(({ kind }) => only.test(kind))
  const [sqlite, postgres] = [shapes[0], shapes[1]]
  if (sqlite === undefined || postgres === undefined) return undefined
  const deck = new Random(seed, 3).shuffled(fitting)
  const either = deck.filter(({ fits }) => fits?.(sqlite) ?? true)
  const rounds = Math.ceil(either.length / count)
  const last = deck.filter((fault) => !either.includes(fault))
  const from = (round < rounds ? round : round - rounds) * count
  const cards = (round < rounds ? either : last).slice(from, from + count)
  if (cards.length === 0) return undefined
  const shape = round >= rounds || round % 2 === 1 ? postgres : sqlite
  const again = `${flags({ seed, round, count, only })} --single`
  return {
    seed,
    round,
    shape,
    cards: cards.map((fault) => ({ fault, afterMs: 500 })),
    alone: true,
    steady: false,
    again,
  }
}

/** The options that play a round again, all that differ from what is taken without them. */
function flags({ seed, round, count, only }: { seed: number; round: number; count: number; only: RegExp }) {
  const quoted = only.source === '.' ? '' : ` --only '${only.source.replaceAll("'", `'\\''`)}'`
  return `--seed ${seed} --round ${round} --per-round ${count}${quoted}`
}

const same = (one: Shape, other: Shape): boolean => one.bus === other.bus && one.store === other.store

/** One round in so many is a steady one; it comes round to every shape. */
const steadyEvery = 6
/** Kinds of faults after which a hub or a worker is another process. */
const replaces = /^((all )?(hub|worker)s? (killed|replaced)|(hub|worker) .* (the reply is given up)$)/

/** Every third fault comes within the recovery of the one before it. */
const gapMs = (random: Random): number =>
  random.chance(0.33) ? random.between(0, 300) : random.between(600, 1_600)

function dealt(seed: number, shape: Shape, index: number, fitting: (fault: Fault) => boolean): Fault {
  const loose = looseFaults.filter(fitting)
  const stepwise = stepFaults.filter(fitting)
  // Half of all strike at a step, where there are most kinds.
  const useSteps = loose.length === 0 || (stepwise.length > 0 && index % 2 === 1)
  const kinds = useSteps ? stepwise : loose
  const place = loose.length > 0 && stepwise.length > 0 ? Math.floor(index / 2) : index
  const pass = Math.floor(place / kinds.length)
  const deck = new Random(seed, shape.bus, shape.store.length, pass, Number(useSteps)).shuffled(kinds)
  const fault = deck[place % kinds.length]
  if (fault === undefined) throw new RangeError('No fault fits')
  return fault
}
