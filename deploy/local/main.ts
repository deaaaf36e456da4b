import { describeCompanions } from './companions.ts'
import { readEnvironment } from './environment-file.mjs'
import { projectRoot } from './project-root.mjs'
import { readyLines } from './ready-lines.ts'
import type { Supervisor } from './supervisor.ts'
import { supervise } from './supervisor.ts'

// A terminal's Ctrl-C comes to us, to npm and to the bootstrap, and those two pass it on: within so many
// milliseconds it is still the same one.
const SAME_SIGNAL_MS = 500
// The services first finish by themselves; what takes longer than they were given, and a little more, is killed.
const AFTER_GRACE_MS = 2_000

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
// A channel to the bootstrap, or a terminal, would keep us.
process.exit()

async function run(): Promise<number> {
  const environment = readEnvironment(projectRoot, process.env)
  environment.LOG_FORMAT ||= process.stdout.isTTY ? 'pretty' : 'json'
  const { services, address, ownerLink, dataFolder, graceMs } = await describeCompanions(
    projectRoot,
    environment,
  )
  const supervisor = supervise({
    services,
    print: (line) => void process.stdout.write(`${line}\n`),
    colours: process.stdout.isTTY && !process.env.NO_COLOR,
    graceMs: graceMs + AFTER_GRACE_MS,
  })
  await dataFolder.rememberWatchdog(supervisor.watchdogPid)
  stopOnSignals(supervisor)
  void supervisor.ready.then(async () => {
    const seconds = process.uptime()
    for (const line of readyLines(address, await ownerLink.announced(), seconds)) console.log(line)
  })
  const code = await supervisor.ended
  dataFolder.release()
  return code
}

function stopOnSignals(supervisor: Supervisor): void {
  let firstAt: number | undefined
  const stop = () => {
    if (firstAt === undefined) console.log('Stopping. Once more, and everything ends at once.')
    firstAt ??= performance.now()
    const again = performance.now() - firstAt > SAME_SIGNAL_MS
    if (again) supervisor.kill()
    else supervisor.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // The bootstrap was killed, or nobody reads our output any more.
  process.once('disconnect', () => supervisor.stop())
  process.stdout.on('error', () => supervisor.stop())
}
