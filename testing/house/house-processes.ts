import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { sharedEnvironment, startProcess, type TestProcess } from '../servers/processes.ts'
import { waitUntil } from '../servers/wait-until.ts'

const hubMain = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const workerMain = fileURLToPath(new URL('../../workers/main.ts', import.meta.url))

type Environment = Readonly<Record<string, string>>

/** A hub as a process of its own; resolves when it takes traffic and has its bus. */
export const startHubProcess = (url: string, environment: Environment): Promise<TestProcess> =>
  startWhole(hubMain, environment, async (hub) => {
    // The first start of a tree builds what browsers get.
    await hub.waitForLine(/hub listens/)
    await waitUntil('the hub has its store and its bus', async () => {
      const health: unknown = await (await fetch(`${url}/health`)).json()
      return JSON.stringify(health).includes('"database":"up","nats":"up"')
    })
  })

/** A worker as a process of its own; resolves when it takes requests. */
export const startWorkerProcess = (environment: Environment): Promise<TestProcess> =>
  startWhole(workerMain, environment, async (worker) => {
    await worker.waitForLine(/The worker takes chat requests/)
  })

/** A process that does not get ready does not stay. */
async function startWhole(
  main: string,
  environment: Environment,
  untilReady: (started: TestProcess) => Promise<void>,
): Promise<TestProcess> {
  const started = await start(main, environment)
  try {
    await untilReady(started)
    return started
  } catch (error) {
    await started.stop({ signal: 'SIGKILL' })
    throw error
  }
}

/** No `.env` of the project, and no variable of this machine, reaches it. */
const start = (main: string, environment: Environment): Promise<TestProcess> =>
  startProcess(process.execPath, [main], {
    cwd: tmpdir(),
    env: { ...sharedEnvironment(), LOG_LEVEL: 'info', ...environment },
  })
