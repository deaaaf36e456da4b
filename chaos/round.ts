import { connectBus } from '../bus/nats/connection.ts'
import { openStore } from '../server/store/open-store.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { becomeCalm } from './calm.ts'
import { checkReplies, type Endings, type Evidence } from './check/check-replies.ts'
import { errorLines } from './check/error-lines.ts'
import { Ledger } from './check/ledger.ts'
import { checkMemory, checkRemains } from './check/remains.ts'
import { Rescues } from './check/rescues.ts'
import { pause, type Scene } from './faults/fault.ts'
import { type House, startHouse } from './house/house.ts'
import type { PostgresHost } from './house/store-place.ts'
import { gather } from './people/crowd.ts'
import type { Card, RoundPlan } from './plan.ts'
import { Random, type StreamOf } from './random.ts'

/** A fault as it happened; times in milliseconds from the round's first fault. */
export interface Happened {
  readonly kind: string
  readonly fromMs: number
  toMs: number
  outcome: 'under way' | 'struck' | 'missed' | 'skipped' | 'broken'
  why: string
}

export interface RoundResult {
  readonly happened: readonly Happened[]
  readonly ledger: Ledger
  readonly endings: Endings
  readonly calmMs: number
  /** On `performance.now()`. */
  readonly startedAtMs: number
  /** What every process printed. */
  readonly logs: readonly string[]
}

const peopleCount = 12
/** Most faults under way at once. */
const mostAtOnce = 5

/** Starts a house, lets people talk in it, breaks it as planned, waits for calm, and holds what came of it to the rules. */
export async function playRound(plan: RoundPlan, postgres: PostgresHost): Promise<RoundResult> {
  const ledger = new Ledger()
  const house = await startHouse(plan.shape, postgres)
  const slots = [...house.hubs, ...house.workers]
  const witness = await openWitness(house)
  try {
    const streamOf: StreamOf = (...of) => new Random(plan.seed, plan.round, ...of)
    const crowd = await gather({
      house,
      ledger,
      rescues: new Rescues(witness.bus, witness.store, ledger),
      count: peopleCount,
      streamOf: (...of) => streamOf(1, ...of),
    })
    const over = new AbortController()
    await pause(1_000)
    const { happened, startedAtMs } = await strikeAll(plan.cards, {
      house,
      crowd,
      ledger,
      over: over.signal,
      streamOf: (card) => streamOf(2, card),
    })
    const calmMs = await becomeCalm(house, crowd, ledger)
    await checkMemory(house, ledger)
    const modelFaults = happened
      .filter(({ kind }) => kind.startsWith('model'))
      .map(({ fromMs, toMs }) => ({ fromMs: startedAtMs + fromMs, toMs: startedAtMs + toMs }))
    const endings = await checkAll({ ...witness, ledger, people: crowd.people, modelFaults })
    crowd.leave()
    await house.stopProcesses()
    await checkRemains(house, ledger)
    for (const line of errorLines(slots.flatMap((slot) => slot.logs))) ledger.violate(`logged: ${line}`)
    const logs = [...slots.map((slot) => slot.logs), ...house.bus.nodes.map(({ lines }) => lines)].flat()
    return { happened, startedAtMs, ledger, endings, calmMs, logs }
  } finally {
    await witness.close()
    await house[Symbol.asyncDispose]()
  }
}

/** The bus and the store by ways of our own, which no fault strikes. */
async function openWitness(house: House) {
  await using stack = new AsyncDisposableStack()
  const store = stack.adopt(await openStore(house.store.urlFor(undefined)), (opened) => opened.close())
  const bus = connectBus({ url: house.bus.url, name: 'chaos', role: 'worker' })
  stack.defer(() => bus.close())
  const parts = stack.move()
  return { store, bus, close: () => parts.disposeAsync() }
}

async function checkAll(evidence: Evidence) {
  const { bus, ledger } = evidence
  try {
    await waitUntil('the streams stand', () => bus.state === 'connected', { timeoutMs: 60_000 })
    await bus.lookAgain()
    return await checkReplies(evidence)
  } catch (error) {
    ledger.violate(`Not all replies could be looked at: ${error instanceof Error ? error.message : error}`)
    return { answered: 0, cancelled: 0, failed: 0 }
  }
}

type Stage = Omit<Scene, 'random'> & { readonly streamOf: (card: number) => Random }

async function strikeAll(cards: readonly Card[], { streamOf, ...scene }: Stage) {
  const happened: Happened[] = []
  const running = new Set<Promise<void>>()
  const startedAtMs = performance.now()
  for (const [card, { fault, afterMs }] of cards.entries()) {
    await pause(afterMs)
    while (running.size >= mostAtOnce) await Promise.race(running)
    const fromMs = performance.now() - startedAtMs
    const one: Happened = { kind: fault.kind, fromMs, toMs: fromMs, outcome: 'under way', why: '' }
    happened.push(one)
    const run = strikeOne(one, () => fault.run({ ...scene, random: streamOf(card) })).finally(() => {
      one.toMs = performance.now() - startedAtMs
      running.delete(run)
    })
    running.add(run)
  }
  await Promise.all(running)
  return { happened, startedAtMs }
}

async function strikeOne(one: Happened, run: () => ReturnType<Card['fault']['run']>): Promise<void> {
  try {
    const struck = await run()
    one.outcome = typeof struck === 'object' ? 'skipped' : struck
    if (typeof struck === 'object') one.why = struck.skipped
  } catch (error) {
    one.outcome = 'broken'
    one.why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
