import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startProcess, type TestProcess } from '../servers/processes.ts'
import { waitUntil } from '../servers/wait-until.ts'

const hubMain = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const workerMain = fileURLToPath(new URL('../../workers/main.ts', import.meta.url))

type Environment = Readonly<Record<string, string>>

/** A hub as a process of its own; resolves when it takes traffic and has its bus. */
export async function startHubProcess(url: string, environment: Environment): Promise<TestProcess> {
  const hub = await start(hubMain, environment)
  // The first start of a tree builds what browsers get.
  await hub.waitForLine(/hub listens/, 60_000)
  await waitUntil('the hub has its store and its bus', async () => {
    const health: unknown = await (await fetch(`${url}/health`)).json()
    return JSON.stringify(health).includes('"database":"up","nats":"up"')
  })
  return hub
}

/** A worker as a process of its own; resolves when it takes requests. */
export async function startWorkerProcess(environment: Environment): Promise<TestProcess> {
  const worker = await start(workerMain, environment)
  await worker.waitForLine(/The worker takes chat requests/, 30_000)
  return worker
}

/** No `.env` of the project, and no variable of this machine, reaches it. */
const start = (main: string, environment: Environment): Promise<TestProcess> =>
  startProcess(process.execPath, [main], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, LOG_LEVEL: 'info', ...environment },
  })
