import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { killAllProcesses } from '../testing/servers/processes.ts'
import { unmountSmallDisks } from './house/small-disk.ts'

/** Where a run puts everything that is not to stay. */
export interface Workplace {
  /** Kills what still runs and removes what is still there, at any moment, half made things as well. */
  clear(): Promise<void>
}

/** Makes one the temporary directory of this process. */
export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chaos-'))
  // PostgreSQL may run as another account, and has to reach its own folder.
  await chmod(folder, 0o711)
  process.env.TMPDIR = folder
  return {
    clear: async () => {
      await killAllProcesses()
      await unmountSmallDisks()
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
