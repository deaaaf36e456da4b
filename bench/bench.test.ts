import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { cpuFigures, questionFigures } from './measure/call-figures.ts'
import { joinSorted, median, percentile } from './measure/percentile.ts'
import { cpuTimeMs, cpuTimeOfStat, residentBytes } from './measure/process-facts.ts'
import { readStamps } from './measure/stamps.ts'
import { tokenResult } from './measure/token-figures.ts'

test('a percentile is the sample at its nearest rank', () => {
  const sorted = joinSorted([Float64Array.of(4, 2, 10), Float64Array.of(1, 3)])
  assert.deepEqual([...sorted], [1, 2, 3, 4, 10])
  assert.equal(percentile(sorted, 0.5), 3)
  assert.equal(percentile(sorted, 0.99), 10)
  assert.equal(percentile(sorted, 0), 1)
  assert.ok(Number.isNaN(percentile(new Float64Array(), 0.5)))
})

test('a median is the middle value, or between the two middle ones', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 1, 2, 4]), 3)
  assert.ok(Number.isNaN(median([])))
})

test('CPU time is user and system ticks, whatever the name of the process holds', () => {
  const fields = 'S 1 42 42 0 -1 4194560 100 0 0 0 25 17 0 0 20 0 1 0 100 1000 200'
  assert.equal(cpuTimeOfStat(`42 (a (strange) 7 name) ${fields}`), 420)
})

test('a process reads the time it took and the memory it has', async () => {
  const used = process.cpuUsage()
  const ownMs = (used.user + used.system) / 1000
  const readMs = await cpuTimeMs(process.pid)
  assert.ok(readMs >= ownMs - 20, `${readMs} ms read, ${ownMs} ms used before`)
  const resident = await residentBytes(process.pid)
  assert.ok(resident > process.memoryUsage().heapUsed / 2)
})

test('every stamp of joined tokens is read', () => {
  const stamps: number[] = []
  readStamps(' t9@1700000000000001 t10@1700000000000002é', (sentUs) => stamps.push(sentUs))
  assert.deepEqual(stamps, [1700000000000001, 1700000000000002])
})

test('figures leave idling out, and the ratio is the median of the rounds', () => {
  const scenario = { streams: 1, tokensPerSecond: 4, latencyAim: 2, rounds: 3, turnSeconds: 1 }
  const turn = (latencyMs: number, hubMs: number) => ({
    latenciesMs: new Float64Array(4).fill(latencyMs),
    cpuMs: { hub: hubMs },
    seconds: 1,
  })
  const turns = { home: [turn(2, 14), turn(90, 99), turn(3, 14)], bare: [turn(1, 8), turn(1, 8), turn(1, 8)] }
  const { home, ratios } = tokenResult(scenario, [{ hub: 10 }, { hub: 4 }], turns)
  assert.equal(ratios.p50, 3)
  assert.equal(ratios.cpu, 1)
  assert.equal(home.delivered, 1)
  assert.equal(home.idleMs, 10)
  assert.equal(home.cpuUs.hub, (1000 * (14 + 99 + 14 - 30)) / 12)
})

test('waits of all rounds are one distribution, their ratio is the median of the rounds, and CPU goes by answers', () => {
  const turn = (latenciesMs: number[], hubMs: number) => ({
    latenciesMs: Float64Array.from(latenciesMs),
    cpuMs: { hub: hubMs, worker: 4 },
    seconds: 2,
  })
  const home = [turn([6, 6], 16), turn([4, 4], 8), turn([60], 30)]
  const bare = [turn([2], 0), turn([2], 0), turn([3], 0)]
  const idle = { hub: 3, worker: 1 }
  const { home: waits, ratios, cpu } = questionFigures({ home, bare }, idle)
  assert.deepEqual(waits, { p50Ms: 6, p99Ms: 60 })
  assert.deepEqual(ratios, { p50: 3, p99: 3 })
  assert.deepEqual(cpu, {
    us: { hub: (1000 * (16 + 8 + 30 - 18)) / 5, worker: (1000 * (12 - 6)) / 5 },
    totalUs: 8_400,
  })
  assert.equal(cpuFigures(home.slice(0, 1), idle, 10).us.hub, 1_000)
})

test('the quick bench ends in tables without verdicts, and every process of it in peace', {
  // Three minutes on four tenths of a processor.
  timeout: 600_000,
}, async () => {
  const main = path.join(import.meta.dirname, 'main.ts')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, 'all', '--quick'])
  assert.match(stdout, /\| latency p50, ms +\| +[\d.]+ +\| [\d.]+ +\| [\d.]+ +\| ≤ 2 /)
  assert.match(stdout, /\| CPU a token, µs/)
  assert.match(stdout, /hub [\d.-]+, worker [\d.-]+, nats [\d.-]+/)
  assert.match(stdout, /\| KiB a connection, at 200 idle \| +[\d.-]+ +\| ≤ 12 /)
  assert.match(stdout, /\| a text’s sound p50, ms +\| +[\d.]+ +\| [\d.]+ +\| [\d.]+ +\| -?[\d.]+ /)
  assert.match(stdout, /\| an utterance’s words p50, ms +\| +[\d.]+ +\| [\d.]+ +\| [\d.]+ +\| -?[\d.]+ /)
  assert.match(stdout, /\| CPU a second of sound sent, µs +\| +[\d-]+ /)
  assert.doesNotMatch(stdout, /met|missed/)
  assert.doesNotMatch(stderr, /\n +at /, 'no process of the bench ended in a stack trace')
})
