import { parseArgs } from 'node:util'
import { callTable } from './call-report.ts'
import { measureCalls } from './calls.ts'
import { measureConnections } from './connections.ts'
import { killTable, resumeTable, rolloutTable } from './fault-report.ts'
import { measureKills } from './kills.ts'
import type { TokenResult } from './measure/token-figures.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { connectionTable, tokenTable } from './report.ts'
import { measureResume } from './resume.ts'
import { measureRollout } from './rollout.ts'
import { measureTokens } from './tokens.ts'

const usage = `npm run bench -- [tokens | connections | calls | kills | resume | rollout | all] [options]
  --quick          half a minute, to see that everything works; its figures are held against no aim
  --streams N      only the scenario of N streams
  --rate N         tokens a second of each stream, where the machine can't carry the scenario's own
  --rounds N       turns of each side in a scenario
  --profile DIR    CPU profiles of hub and worker into DIR (their figures are then too high)`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    streams: { type: 'string' },
    rate: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const [what = 'all'] = positionals
const say = (line: string) => process.stderr.write(`${line}\n`)

if (values.help || !['tokens', 'connections', 'calls', 'kills', 'resume', 'rollout', 'all'].includes(what)) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}
const plan = planOf()
const isAsked = (name: string) => what === name || what === 'all'
const measures = {
  tokens: async () => {
    // One is told below.
    const tell = (result: TokenResult) => plan.scenarios.length > 1 && say(`${tokenTable([result], plan)}\n`)
    return tokenTable(await measureTokens(plan, { profileDir: values.profile, say, tell }), plan)
  },
  connections: async () => connectionTable(await measureConnections(plan, say), plan),
  calls: async () => callTable(await measureCalls(plan, { profileDir: values.profile, say })),
  kills: async () => killTable(await measureKills(plan.kills, say)),
  resume: async () => resumeTable(await measureResume(plan.resumeSockets, say)),
  rollout: async () => rolloutTable(await measureRollout(plan.rollout, say)),
}
const asked = Object.entries(measures).flatMap(([name, measure]) => (isAsked(name) ? [measure] : []))
await printTables(asked)
if (!plan.conclusive) say('This shows that everything works; the figures of seconds are held against no aim.')
process.exit(0)

/** Prints each table as soon as it and those before it are there. */
async function printTables(asked: readonly (() => Promise<string>)[]): Promise<void> {
  const tables: Promise<string>[] = []
  let printed = Promise.resolve()
  for (const [index, measure] of asked.entries()) {
    await tables[index - plan.atOnce]
    const table = measure()
    tables.push(table)
    printed = Promise.all([table, printed]).then(([text]) => console.log(index === 0 ? text : `\n${text}`))
  }
  await printed
}

function planOf(): Plan {
  const whole = values.quick ? quickPlan : fullPlan
  const chosen = Number(values.streams)
  const scenarios = whole.scenarios.filter(
    ({ streams }) => values.streams === undefined || streams === chosen,
  )
  if (scenarios.length === 0) throw new Error(`There is no scenario of ${values.streams} streams`)
  const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) }
  const rate = values.rate === undefined ? {} : { tokensPerSecond: Number(values.rate) }
  const calls = whole.calls.scenarios.map((scenario) => ({ ...scenario, ...rounds }))
  return {
    ...whole,
    scenarios: scenarios.map((scenario) => ({ ...scenario, ...rounds, ...rate })),
    calls: { ...whole.calls, scenarios: calls },
  }
}
