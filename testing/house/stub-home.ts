import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { findNatsServer } from '../../deploy/local/nats-server-binary.mjs'
import { projectRoot } from '../../deploy/local/project-root.mjs'
import type { TestProcess } from '../servers/processes.ts'
import { startProcess } from '../servers/processes.ts'

// The supervisor itself, and what checks the settings.
const parts = [
  ...['deploy', 'process', 'settings', 'bus/contract', 'telemetry/variables.ts'],
  ...['server/addresses-for-others.ts', 'server/address-here.ts'],
  ...['server/accounts', 'server/store', 'server/config.ts', 'server/config-settings.ts'],
  ...[
    'server/config-accounts.ts',
    'server/config-limits.ts',
    'workers/config.ts',
    'workers/config-settings.ts',
  ],
]

/** A hub that answers what it was asked for by `ok`, and says where its bus is. */
export const stubHub = `
import { createServer } from 'node:http'
const [host, port] = (process.env.ADDR ?? '').split(':')
if (host !== '127.0.0.1') console.log('One-time owner link: http://192.0.2.1/owner/secret')
const server = createServer((_request, response) => response.end('ok'))
server.listen({ fd: Number(process.env.LISTEN_FD) }, () => {
  console.log('pid', process.pid, 'bus', process.env.NATS_URL, 'at', host, port)
  process.send('ready')
})
process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0) })
`

const stubWorker = `
process.send('ready')
process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0) })
console.log('pid', process.pid, 'bus', process.env.NATS_URL)
setInterval(() => {}, 1000)
`

/** A copy of what `npm start` runs, in a folder of its own. */
export interface StubHome {
  readonly root: string
  /** What its supervisor gets. */
  readonly environment: NodeJS.ProcessEnv
  /** Starts the supervisor, which ends with the test. */
  start(more?: NodeJS.ProcessEnv): Promise<TestProcess>
  /** Begins `npm run rollout`. */
  rollOut(): Promise<TestProcess>
}

/** Makes one that is gone with the test: the real supervisor and bus, with a hub and a worker that do next to nothing. */
export async function makeStubHome(context: TestContext): Promise<StubHome> {
  const root = await mkdtemp(join(tmpdir(), 'companions-home-'))
  const started: TestProcess[] = []
  context.after(async () => {
    for (const main of started) await main.stop()
    await rm(root, { recursive: true, force: true })
  })
  await fill(root)
  const environment = {
    PATH: process.env.PATH,
    NATS_SERVER_BIN: findNatsServer(),
    DRAIN_GRACE: '1',
    // Shows what nats-server says of itself.
    LOG_LEVEL: 'debug',
    PORT: '0',
  }
  const start = async (more: NodeJS.ProcessEnv = {}) => {
    const env = { ...environment, ...more }
    const main = await startProcess(process.execPath, [join(root, 'deploy/local/main.ts')], { env })
    started.push(main)
    return main
  }
  const rollOut = async () => {
    const asked = await startProcess(process.execPath, [join(root, 'deploy/local/rollout.mjs')], {
      env: environment,
    })
    started.push(asked)
    return asked
  }
  return { root, environment, start, rollOut }
}

async function fill(root: string): Promise<void> {
  for (const part of parts) await cp(join(projectRoot, part), join(root, part), { recursive: true })
  await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await writeFile(join(root, 'server/main.ts'), stubHub)
  await writeFile(join(root, 'workers/main.ts'), stubWorker)
  // Whoever asks for a rollout first looks whether new code needs other packages.
  await cp(join(projectRoot, 'package-lock.json'), join(root, 'package-lock.json'))
}

/** Of hub, worker and bus. */
export async function pidsOf(main: TestProcess): Promise<number[]> {
  const said = [main.waitForLine(/^hub .* pid/), main.waitForLine(/^worker .* pid/)]
  const children = (await Promise.all(said)).map((line) => Number(/pid (\d+)/.exec(line)?.[1]))
  const bus = await main.waitForLine(/^bus .*\[\d+\]/)
  return [...children, Number(/\[(\d+)\]/.exec(bus)?.[1])]
}

/** The bus that the hub was given. */
export async function busOf(main: TestProcess): Promise<string> {
  return /bus (\S+)/.exec(await main.waitForLine(/^hub .* pid/))?.[1] ?? ''
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
