import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/** How often the loop should come by, in milliseconds: what takes longer than this is how late it was. */
const everyMs = 10
const nsPerMs = 1e6

// For `--import`: on SIGUSR2 the process prints how late its event loop was since the signal before, and begins anew.
if (isMainThread) {
  const histogram = monitorEventLoopDelay({ resolution: everyMs })
  histogram.enable()
  let sample = 0
  process.on('SIGUSR2', () => {
    sample += 1
    const lateMs = (ns: number) => Math.max(0, ns / nsPerMs - everyMs)
    const [p50Ms, p99Ms] = [50, 99].map((part) => lateMs(histogram.percentile(part)))
    const late = { p50Ms, p99Ms, mostMs: lateMs(histogram.max) }
    histogram.reset()
    process.stdout.write(`${JSON.stringify({ loopSample: sample, late })}\n`)
  })
}
