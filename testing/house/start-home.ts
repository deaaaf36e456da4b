import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer } from '../../deploy/local/nats-server-binary.mjs'
import { projectRoot } from '../../deploy/local/project-root.mjs'
import { buildAssets } from '../../server/assets/build.ts'
import { startProcess, type TestProcess } from '../servers/processes.ts'

/** The product as `npm start` runs it, from a copy of the project that may be changed while it runs. */
export interface Home extends AsyncDisposable {
  readonly root: string
  readonly url: string
  /** The supervisor. */
  readonly main: TestProcess
  /** The process of a service that runs now; the newest where there are several. */
  pidOf(name: 'hub' | 'worker'): number
  /** Makes the copy one of another version. */
  setVersion(version: string): Promise<void>
  /** What `.env` says from now on. */
  setEnvironment(variables: Readonly<Record<string, string>>): Promise<void>
  /** Runs `npm run rollout` to its end. */
  rollOut(): Promise<{ code: number | null; lines: readonly string[] }>
}

const parts = [
  ...['bus', 'server', 'workers', 'settings', 'telemetry', 'process', 'web', 'deploy'],
  ...['package.json', 'package-lock.json', '.cache/assets'],
]

const scripts = { hub: 'server/main.ts', worker: 'workers/main.ts' }

/** @param environment goes before what a test of the product needs: no log of single requests, a free port. */
export async function startHome(environment: Readonly<Record<string, string>>): Promise<Home> {
  const root = await mkdtemp(join(tmpdir(), 'companions-home-'))
  const remove = () => rm(root, { recursive: true, force: true })
  const env = {
    PATH: process.env.PATH,
    NATS_SERVER_BIN: findNatsServer(),
    ...{ PORT: '0', DRAIN_GRACE: '2', DEMO: 'off', LOG_LEVEL: 'info', LOG_FORMAT: 'json' },
    ...environment,
  }
  const run = (script: string) =>
    startProcess(process.execPath, [join(root, 'deploy/local', script)], { env, cwd: root })
  await copyProject(root)
  const main = await run('main.ts')
  try {
    const ready = await main.waitForLine(/^Companions is ready/)
    await main.waitForLine(/takes chat requests/)
    return {
      root,
      url: (/http:\S+?:\d+/.exec(ready)?.[0] ?? '').replace('localhost', '127.0.0.1'),
      main,
      pidOf: (name) => childOf(main.pid, scripts[name]),
      setVersion: (version) => setVersion(join(root, 'package.json'), version),
      setEnvironment: (variables) =>
        writeFile(
          join(root, '.env'),
          Object.entries(variables)
            .map(([name, value]) => `${name}=${value}\n`)
            .join(''),
        ),
      rollOut: async () => {
        const asked = await run('rollout.mjs')
        const { code } = await asked.ending
        return { code, lines: asked.lines }
      },
      [Symbol.asyncDispose]: async () => {
        await main.stop({ graceMs: 20_000 })
        await remove()
      },
    }
  } catch (error) {
    await main.stop()
    await remove()
    throw error
  }
}

async function copyProject(root: string): Promise<void> {
  // The copy finds what browsers get by the hash of what it was made from, and need not make it again.
  await buildAssets({ root: projectRoot, outDir: join(projectRoot, '.cache/assets') })
  for (const part of parts) await cp(join(projectRoot, part), join(root, part), { recursive: true })
  await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
}

async function setVersion(file: string, version: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/"version": "[^"]*"/, `"version": "${version}"`))
}

function childOf(parent: number, script: string): number {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  const [pid] = all
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => Number(ppid) === parent && args.some((one) => one.endsWith(script)))
    .map(([child]) => Number(child))
    .toSorted((one, other) => other - one)
  if (pid === undefined) throw new Error(`No ${script} runs.`)
  return pid
}
