import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TakeLine } from './log-lines.ts'
import { describeProcess, isStillAlive, takeLock } from './process-lock.mjs'

export interface OwnedDataFolder {
  readonly path: string
  /** The process that ends what we leave if we are killed: the next owner waits for it. */
  rememberWatchdog(pid: number): Promise<void>
  release(): void
}

/**
 * Makes the data folder ours: two supervisors on one would start two nats-servers on the same files. Then waits,
 * `longestWaitMs` at most, until what a killed supervisor left there has ended; `say` is told that it takes a while.
 * @throws when another one has it
 */
export async function ownDataFolder(
  folder: string,
  longestWaitMs: number,
  say: TakeLine,
): Promise<OwnedDataFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new Error(`DATA_DIR is "${folder}", where no folder can be made: ${error.message}`)
  })
  const lock = takeLock(join(folder, 'supervisor.lock'))
  if ('heldBy' in lock) {
    throw new Error(
      `Companions runs already: process ${lock.heldBy} has ${folder}. Stop it, or set DATA_DIR to another folder.`,
    )
  }
  const watchdogFile = join(folder, 'watchdog')
  await waitForWatchdog(watchdogFile, longestWaitMs, say)
  return {
    path: folder,
    rememberWatchdog: (pid) => writeFile(watchdogFile, describeProcess(pid), { mode: 0o600 }),
    release: lock.release,
  }
}

async function waitForWatchdog(file: string, longestWaitMs: number, say: TakeLine): Promise<void> {
  const described = await readFile(file, 'utf8').catch(() => '')
  if (isStillAlive(described))
    say('What a start that was killed left behind is still ending; waiting for it.')
  const deadline = performance.now() + longestWaitMs
  while (isStillAlive(described) && performance.now() < deadline) await pause(50)
}
