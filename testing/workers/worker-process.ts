import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { sharedEnvironment, startProcess, type TestProcess } from '../servers/processes.ts'

const main = fileURLToPath(new URL('../../workers/main.ts', import.meta.url))

/** A worker as a process of its own, which a test may kill and freeze; no `.env` of the project reaches it. */
export const startWorkerProcess = (environment: Readonly<Record<string, string>>): Promise<TestProcess> =>
  startProcess(process.execPath, [main], {
    cwd: tmpdir(),
    env: { ...sharedEnvironment(), LOG_LEVEL: 'debug', ...environment },
  })
