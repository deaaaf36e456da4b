import { unknownNames } from '../../settings/unknown-names.ts'
import { describeCompanions } from './companions.ts'
import { readEnvironment, readEnvironmentFile } from './environment-file.mjs'
import { watchTerminal } from './hang-up.ts'
import { projectRoot } from './project-root.mjs'
import { readyLines } from './ready-lines.ts'
import { prepareRollouts } from './roll-out.ts'
import type { Supervisor } from './supervisor.ts'
import { supervise } from './supervisor.ts'

// A terminal's Ctrl-C comes to us, to npm and to the bootstrap, and those two pass it on: within so many
// milliseconds it is still the same one.
const SAME_SIGNAL_MS = 500
// A worker may be told to wait for its models before it takes work, and browsers' files may have to be made anew.
const READY_MS = 120_000

const isTerminalGone = watchTerminal()
// Until there is something to replace, a wish for it is kept.
let wantsRollout = false
let hearHangUp = () => {
  if (isTerminalGone()) process.exit(1)
  wantsRollout = true
}
process.on('SIGHUP', () => hearHangUp())

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
// A channel to the bootstrap, or a terminal, would keep us.
process.exit()

async function run(): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const colours = process.stdout.isTTY && !process.env.NO_COLOR
  const { services, renew, address, ownerLink, dataFolder, graceMs } = await describeCompanions(
    projectRoot,
    readHomeEnvironment(),
    print,
  )
  const supervisor = supervise({
    services,
    print,
    colours,
    graceMs,
  })
  await dataFolder.rememberWatchdog(supervisor.watchdogPid)
  const stop = stopOnSignals(supervisor)
  const replaceAll = prepareRollouts({
    supervisor,
    renew: () => renew(readHomeEnvironment()),
    print,
    readyMs: READY_MS,
    dataPath: dataFolder.path,
  })
  hearHangUp = () => void (isTerminalGone() ? stop() : replaceAll())
  if (wantsRollout) hearHangUp()
  void supervisor.ready.then(async () => {
    const seconds = process.uptime()
    const lines = readyLines(address, await ownerLink.announced(), seconds)
    // What to do next should not have to be looked for among the log.
    for (const line of lines) print(colours ? `\u001b[1m${line}\u001b[0m` : line)
  })
  const code = await supervisor.ended
  dataFolder.release()
  return code
}

/**
 * What `.env` says now; the environment we were started with wins over it. Names there that nothing knows are told of
 * here, once for hub and worker: neither does where it has a channel to us.
 */
function readHomeEnvironment(): NodeJS.ProcessEnv {
  for (const line of unknownNames(readEnvironmentFile(projectRoot))) console.log(line)
  const environment = readEnvironment(projectRoot, process.env)
  environment.LOG_FORMAT ||= process.stdout.isTTY ? 'pretty' : 'json'
  return environment
}

/** @returns what a further signal to stop does */
function stopOnSignals(supervisor: Supervisor): () => void {
  let firstAt: number | undefined
  const stop = () => {
    if (firstAt === undefined) console.log('Stopping. Once more, and everything ends at once.')
    firstAt ??= performance.now()
    const again = performance.now() - firstAt > SAME_SIGNAL_MS
    if (again) supervisor.kill()
    else supervisor.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  // The bootstrap was killed, or nobody reads our output any more.
  process.once('disconnect', () => supervisor.stop())
  if (process.connected === false) supervisor.stop()
  process.stdout.on('error', () => supervisor.stop())
  return stop
}
