import { readFile, rm } from 'node:fs/promises'
import { waitUntil } from '../../testing/servers/wait-until.ts'

/** What a process holds once its garbage is collected. */
export interface HeldMemory {
  readonly pid: number
  /** On and off the heap. */
  readonly bytes: number
  /** Timers, sockets and whatever else keeps a process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
}

/** Has a process tell it in a file. @throws when it does not in time */
export async function readHeld(file: string, ask: () => void): Promise<HeldMemory> {
  await rm(file, { force: true })
  ask()
  const read = () => readFile(file, 'utf8').catch(() => '')
  await waitUntil(`${file} is written`, async () => (await read()) !== '', { timeoutMs: 30_000 })
  return JSON.parse(await read()) as HeldMemory
}
