import { connectBus } from '../bus/nats/connection.ts'
import { openStore } from '../server/store/open-store.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { becomeCalm } from './calm.ts'
import { checkReplies, type Endings } from './check/check-replies.ts'
import { Ledger } from './check/ledger.ts'
import { checkMemory, checkRemains } from './check/remains.ts'
import { pause, type Scene } from './faults/fault.ts'
import { type House, startHouse } from './house/house.ts'
import type { PostgresHost } from './house/store-place.ts'
import { gather } from './people/crowd.ts'
import type { Card, RoundPlan } from './plan.ts'
import { Random } from './random.ts'

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
  try {
    const random = new Random(plan.seed, plan.round, 1)
    const crowd = await gather({ house, ledger, random, count: peopleCount })
    const over = new AbortController()
    await pause(1_000)
    const { happened, startedAtMs } = await strikeAll(plan.cards, {
      house,
      crowd,
      ledger,
      random,
      over: over.signal,
    })
    const calmMs = await becomeCalm(house, crowd, ledger)
    await checkMemory(house, ledger)
    const modelFaults = happened
      .filter(({ kind }) => kind.startsWith('model'))
      .map(({ fromMs, toMs }) => ({ fromMs: startedAtMs + fromMs, toMs: startedAtMs + toMs }))
    const endings = await checkAll(house, { ledger, people: crowd.people, modelFaults })
    crowd.leave()
    await house.stopProcesses()
    await checkRemains(house, ledger)
    const logs = [...slots.map((slot) => slot.logs), ...house.bus.nodes.map(({ lines }) => lines)].flat()
    return { happened, ledger, endings, calmMs, logs }
  } finally {
    await house[Symbol.asyncDispose]()
  }
}

async function checkAll(
  house: House,
  what: Pick<Parameters<typeof checkReplies>[0], 'ledger' | 'people' | 'modelFaults'>,
) {
  const store = await openStore(house.store.urlFor(undefined))
  const bus = connectBus({ url: house.bus.url, name: 'chaos', role: 'worker' })
  try {
    await waitUntil('the streams stand', () => bus.state === 'connected', { timeoutMs: 60_000 })
    return await checkReplies({ ...what, store, bus })
  } catch (error) {
    what.ledger.violate(
      `Not all replies could be looked at: ${error instanceof Error ? error.message : error}`,
    )
    return { answered: 0, cancelled: 0, failed: 0 }
  } finally {
    await bus.close()
    await store.close()
  }
}

async function strikeAll(cards: readonly Card[], scene: Scene) {
  const happened: Happened[] = []
  const running = new Set<Promise<void>>()
  const startedAtMs = performance.now()
  for (const { fault, afterMs } of cards) {
    await pause(afterMs)
    while (running.size >= mostAtOnce) await Promise.race(running)
    const fromMs = performance.now() - startedAtMs
    const one: Happened = { kind: fault.kind, fromMs, toMs: fromMs, outcome: 'under way', why: '' }
    happened.push(one)
    const run = strikeOne(one, () => fault.run(scene)).finally(() => {
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
