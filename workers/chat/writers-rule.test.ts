import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, readEntry } from '../../bus/contract/reply-reader.ts'
import type { Bus, Published, PublishOptions, StoredEntry } from '../../bus/nats/bus.ts'
import { newRequest } from '../../testing/workers/worker-house.ts'
import { claimLog } from './claim.ts'
import { Leases } from './lease.ts'
import { putEntry } from './put-entry.ts'

suite("the writer's rule", () => {
  test('any number of writers, each frozen, repeated, doubled or dead anywhere, make one text with one end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(anyWriter, { minLength: 1, maxLength: 4 }),
        async (order, plans) => {
          const stream = new ModelStream(order)
          const request = newRequest()
          const ends = Promise.all(plans.map((plan) => write(stream, request, plan)))
          await order.waitFor(ends)
          // Copies that were still on their way arrive after everybody has gone.
          await order.waitIdle()
          checkLog(stream.entries, await ends)
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** How one writer goes about it: from which floor, whether its backend goes on, how much it says, where it dies. */
const anyWriter = fc.record({
  floor: fc.constantFrom(0, 0, 100),
  goesOn: fc.boolean(),
  /** How each of its publications fares, in turn. */
  fates: fc.infiniteStream(
    fc.record({
      copies: fc.integer({ min: 1, max: 3 }),
      answeredCopy: fc.nat(2),
      refusesRepeats: fc.boolean(),
    }),
  ),
  diesAfter: fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.nat(8)),
  releasesAfter: fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.nat(4)),
})

type WriterPlan = typeof anyWriter extends fc.Arbitrary<infer Plan> ? Plan : never
interface Fate {
  readonly copies: number
  readonly answeredCopy: number
  readonly refusesRepeats: boolean
}

const whole = 'abcdef'

/** The strongest rival: for it every lease is over at once. */
class NoLeases extends Leases {
  override remainingMs(): number {
    return 0
  }
}

class Died extends Error {}

/** @returns whether it was told that its end stands. */
async function write(stream: ModelStream, request: ChatRequest, plan: WriterPlan): Promise<boolean> {
  const bus = stream.busOf(plan)
  const author = { model: 'm', backend: 'b', goesOnWith: async () => plan.goesOn }
  try {
    for (let claims = 0; claims < 4; claims += 1) {
      const outcome = await claimLog(bus, { ...request, attempt_floor: plan.floor }, author, new NoLeases())
      if (outcome.kind === 'ended') return false
      if (outcome.kind === 'claimed') return await sayAll(bus, outcome.claim, plan)
    }
  } catch (error) {
    if (!(error instanceof Died)) throw error
  }
  return false
}

type Claim = Extract<Awaited<ReturnType<typeof claimLog>>, { kind: 'claimed' }>['claim']

async function sayAll(bus: Bus, claim: Claim, plan: WriterPlan): Promise<boolean> {
  const { subject, requestId, attempt, owner, offset } = claim
  let last = claim.seq
  let n = 1
  const put = async (fields: object) => {
    const entry = { request_id: requestId, attempt, owner, n, ...fields } as LogEntry
    const seq = await putEntry(bus, subject, entry, last)
    if (seq !== undefined) last = seq
    n += 1
    return seq !== undefined
  }
  for (let at = offset; at < whole.length; at += 1) {
    if (at - offset >= plan.releasesAfter) return (await put({ type: 'beat', released: true })) && false
    if (!(await put({ type: 'chunk', offset: at, content: whole[at] }))) return false
  }
  const end = { length: whole.length, finish_reason: 'stop', usage: {}, timings: { duration_ms: 1 } }
  return put({ type: 'done', ...end })
}

function checkLog(entries: readonly StoredEntry[], ends: readonly boolean[]): void {
  const reader = newReader()
  const log = entries.map(({ body }) => decodeEntry(body)).filter((entry) => entry !== undefined)
  for (const entry of log) {
    assert.notEqual(readEntry(reader, entry), 'gap')
    assert.ok(whole.startsWith(reader.text))
  }
  const terminal = log.filter(({ type }) => type === 'done')
  assert.ok(terminal.length <= 1)
  assert.equal(terminal.length, ends.filter(Boolean).length)
  if (terminal.length === 1) {
    assert.equal(log.at(-1), terminal[0])
    assert.equal(reader.text, whole)
  }
  const told = log.map(({ owner, n }) => `${owner}.${n}`)
  assert.equal(new Set(told).size, told.length)
}

/** One subject of a stream as JetStream keeps it, and a network that repeats, delays and loses answers. */
class ModelStream {
  readonly entries: StoredEntry[] = []
  readonly #ids = new Map<string, number>()
  readonly #order: fc.Scheduler
  #seq = 0

  constructor(order: fc.Scheduler) {
    this.#order = order
  }

  /** The bus as one writer has it. */
  busOf(plan: WriterPlan): Bus {
    let said = 0
    const fates = plan.fates as Iterator<Fate>
    const bus: Pick<Bus, 'publish' | 'lastEntry' | 'readEntries'> = {
      publish: async (_subject, body, options) => {
        if (said >= plan.diesAfter) throw new Died()
        said += 1
        return this.#publish(body, options, fates.next().value as Fate)
      },
      lastEntry: async () => {
        await this.#order.schedule(Promise.resolve(), 'the last entry is read')
        return this.entries.at(-1)
      },
      readEntries: (_stream, _subject, from) => this.#read(from),
    }
    return bus as Bus
  }

  /** The same bytes some times over; which of the answers gets back is chance. */
  async #publish(body: Uint8Array, options: PublishOptions, fate: Fate): Promise<Published> {
    const copies = Array.from({ length: fate.copies }, async () => {
      await this.#order.schedule(Promise.resolve(), 'a copy arrives')
      return this.#store(body, options, fate)
    })
    const answer = await (copies[fate.answeredCopy % copies.length] ?? Promise.reject(new Died()))
    await this.#order.schedule(Promise.resolve(), 'the answer arrives')
    return answer
  }

  #store(body: Uint8Array, { messageId, expectedLastSequence }: PublishOptions, fate: Fate): Published {
    const stored = this.#ids.get(messageId)
    if (stored !== undefined && !fate.refusesRepeats)
      return { outcome: 'stored', seq: stored, duplicate: true }
    if (expectedLastSequence !== (this.entries.at(-1)?.seq ?? 0)) return { outcome: 'refused' }
    // Sequences are the stream's, so those of one subject leave some out.
    this.#seq += 1 + (this.#seq % 3)
    this.#ids.set(messageId, this.#seq)
    this.entries.push({ seq: this.#seq, body, storedAtMs: 0 })
    return { outcome: 'stored', seq: this.#seq, duplicate: false }
  }

  async *#read(from: number): AsyncGenerator<StoredEntry> {
    await this.#order.schedule(Promise.resolve(), 'the log is read')
    for (const entry of [...this.entries]) if (entry.seq >= from) yield entry
  }
}
