import { connectBus } from '../bus/nats/connection.ts'
import { openStore } from '../server/store/open-store.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { becomeCalm, recover } from './calm.ts'
import { checkReplies, type Endings, type Evidence } from './check/check-replies.ts'
import { errorLines } from './check/error-lines.ts'
import { checkGrowth, type Held, measureHeld } from './check/growth.ts'
import { Ledger, type Span } from './check/ledger.ts'
import { checkMemory, checkRemains } from './check/remains.ts'
import { Rescues } from './check/rescues.ts'
import { type Fault, pause, type Scene, type Struck } from './faults/fault.ts'
import { type House, startHouse } from './house/house.ts'
import type { PostgresHost } from './house/store-place.ts'
import { type Crowd, gather } from './people/crowd.ts'
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
/** Where each fault strikes alone, and all of them are waited for after it. */
const peopleAlone = 4
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
    const rescues = new Rescues(witness.bus, witness.store, ledger)
    const count = plan.alone ? peopleAlone : peopleCount
    const letIn = (crowd: number) =>
      gather({ house, ledger, rescues, count, streamOf: (...of) => streamOf(crowd, ...of) })
    const before = plan.steady ? await warmUp(house, ledger, await letIn(3)) : undefined
    const crowd = await letIn(1)
    const over = new AbortController()
    await pause(1_000)
    const { happened, startedAtMs } = await strikeAll(plan, {
      house,
      crowd,
      ledger,
      over: over.signal,
      streamOf: (...of) => streamOf(2, ...of),
    })
    const calmMs = await becomeCalm(house, crowd, ledger)
    await checkMemory(house, ledger)
    const spansOf = (kinds: RegExp): Span[] =>
      happened
        .filter(({ kind }) => kinds.test(kind))
        .map(({ fromMs, toMs }) => ({ fromMs: startedAtMs + fromMs, toMs: startedAtMs + toMs }))
    const modelFaults = spansOf(/^model/)
    const busLosses = spansOf(/loses its data/)
    const people = [...(before?.people ?? []), ...crowd.people]
    const endings = await checkAll({ ...witness, ledger, people, modelFaults, busLosses })
    crowd.leave()
    if (before !== undefined) checkGrowth(before.held, await held(house), ledger)
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

/** How long people talk before a steady round's faults, and how long a left house takes to come to rest, in milliseconds. */
const warmUpMs = 8_000
const restMs = 3_000

/** Has people talk in a whole house, and leave it. @returns them, and what its processes hold then. */
async function warmUp(house: House, ledger: Ledger, crowd: Crowd) {
  await pause(warmUpMs)
  await becomeCalm(house, crowd, ledger)
  crowd.leave()
  return { people: crowd.people, held: await held(house) }
}

async function held(house: House): Promise<Held> {
  await pause(restMs)
  return measureHeld(house)
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

type Stage = Omit<Scene, 'random'> & { readonly streamOf: StreamOf }

async function strikeAll({ cards, alone }: RoundPlan, stage: Stage) {
  const happened: Happened[] = []
  const startedAtMs = performance.now()
  const strike = (fault: Fault, random: Random) => {
    const { streamOf: _, ...scene } = stage
    const fromMs = performance.now() - startedAtMs
    const one: Happened = { kind: fault.kind, fromMs, toMs: fromMs, outcome: 'under way', why: '' }
    happened.push(one)
    return strikeOne(one, () => fault.run({ ...scene, random })).finally(() => {
      one.toMs = performance.now() - startedAtMs
    })
  }
  await (alone ? inTurn(cards, stage, strike) : together(cards, stage, strike))
  return { happened, startedAtMs }
}

type Strike = (fault: Fault, random: Random) => Promise<Happened>

async function together(cards: readonly Card[], { streamOf }: Stage, strike: Strike): Promise<void> {
  const running = new Set<Promise<unknown>>()
  for (const [card, { fault, afterMs }] of cards.entries()) {
    await pause(afterMs)
    while (running.size >= mostAtOnce) await Promise.race(running)
    const run = strike(fault, streamOf(card)).finally(() => running.delete(run))
    running.add(run)
  }
  await Promise.all(running)
}

/** A blow that missed its moment is tried again this often. */
const mostTries = 3

/** One after the other, each into a house that has recovered from the one before. */
async function inTurn(
  cards: readonly Card[],
  { streamOf, crowd, ledger }: Stage,
  strike: Strike,
): Promise<void> {
  for (const [card, { fault, afterMs }] of cards.entries()) {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await pause(afterMs)
      const { outcome } = await strike(fault, streamOf(card, tries))
      await recover(crowd, ledger, fault.kind)
      if (outcome !== 'missed') break
    }
  }
}

async function strikeOne(one: Happened, run: () => Promise<Struck>): Promise<Happened> {
  try {
    const struck = await run()
    one.outcome = typeof struck === 'object' ? 'skipped' : struck
    if (typeof struck === 'object') one.why = struck.skipped
  } catch (error) {
    one.outcome = 'broken'
    one.why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  return one
}
