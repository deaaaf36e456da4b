import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { PostgresHost } from './house/store-place.ts'
import { planRound, planSingle, type RoundPlan } from './plan.ts'
import {
  addRound,
  closingLine,
  newTotals,
  roundLine,
  type Totals,
  timeline,
  violationLines,
} from './report.ts'
import { playRound, type RoundResult } from './round.ts'
import { openWorkplace } from './workplace.ts'

const usage = `npm run chaos -- [options]
  --faults N      how many faults in all (1000)
  --seed S        the chance they come by (1)
  --round R       play this round alone, as a failure names it
  --single        every blow alone at every step, one after the other, all of them once
  --per-round N   faults of a round (15); a round is the same only with the same number
  --only PATTERN  only kinds of faults that match, such as "claimed" or "^store"
  --keep FOLDER   where failed rounds leave their logs (.cache/chaos-failures)`

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    round: { type: 'string' },
    single: { type: 'boolean', default: false },
    'per-round': { type: 'string', default: '15' },
    only: { type: 'string', default: '.' },
    keep: { type: 'string', default: path.join(import.meta.dirname, '..', '.cache', 'chaos-failures') },
    help: { type: 'boolean', default: false },
  },
})
const faults = Number(values.faults)
const seed = Number(values.seed)
const perRound = Number(values['per-round'])
if (values.help || ![faults, seed, perRound].every(Number.isSafeInteger)) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}
const interrupted = interruption()
const workplace = await openWorkplace()
const failed = failure()
const played = playAll().then((held) => (held ? 0 : 1), say)
process.exitCode = await Promise.race([played, interrupted, failed])
await workplace.clear().catch((error: unknown) => {
  process.exitCode = say(error)
})
// Timers of pages that have left may still run.
setImmediate(() => process.exit())

/** A terminal's Ctrl-C comes to us, to npm and to the bootstrap, and those two pass it on: all of them are one. */
function interruption(): Promise<130> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(130))
  })
}

/** What is thrown where nobody waits for it would end this process at once, with all that it started left behind. */
function failure(): Promise<1> {
  return new Promise((resolve) => {
    process.on('uncaughtException', (error) => resolve(say(error)))
  })
}

function say(error: unknown): 1 {
  console.error(error)
  return 1
}

async function playAll(): Promise<boolean> {
  await using stack = new AsyncDisposableStack()
  const postgres = new PostgresHost()
  stack.defer(() => postgres.stop())
  const totals = newTotals()
  const only = new RegExp(values.only)
  const plan = values.single ? planSingle : planRound
  for (let round = Number(values.round ?? 0); totals.faults < faults; round += 1) {
    const planned = plan(seed, round, perRound, only)
    if (planned === undefined) break
    await playOne(planned, postgres, totals)
    if (values.round !== undefined) break
  }
  console.log(closingLine(totals, seed))
  return totals.violations === 0
}

async function playOne(plan: RoundPlan, postgres: PostgresHost, totals: Totals): Promise<void> {
  const startedAt = performance.now()
  const result = await playRound(plan, postgres)
  addRound(totals, plan, result)
  console.log(roundLine(plan, result, performance.now() - startedAt))
  const { violations } = result.ledger
  const broken = result.happened.filter(({ outcome }) => outcome === 'broken')
  if (violations.length === 0 && broken.length === 0) return
  for (const line of violationLines(result)) console.log(`  VIOLATION ${line}`)
  for (const { kind, why } of broken) console.log(`  BROKEN ${kind}: ${why}`)
  console.log(timeline(result))
  console.log(`  again: npm run chaos -- ${plan.again}`)
  console.log(`  logs: ${await keepLogs(plan, result)}`)
}

async function keepLogs({ seed: ofSeed, round }: RoundPlan, result: RoundResult): Promise<string> {
  const folder = path.join(values.keep, `seed-${ofSeed}-round-${round}`)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'processes.log'), result.logs.join('\n'))
  await writeFile(
    path.join(folder, 'violations.txt'),
    `${violationLines(result).join('\n')}\n${timeline(result)}`,
  )
  return folder
}
