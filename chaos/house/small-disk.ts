import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A disk of a few mebibytes, in memory. */
export interface SmallDisk {
  /** Takes all the room that is left. */
  fill(): Promise<void>
  free(): Promise<void>
  unmount(): Promise<void>
}

/** Mounts one of so many mebibytes over a folder; undefined where this user may not. */
export async function mountSmallDisk(folder: string, mebibytes: number): Promise<SmallDisk | undefined> {
  const mounted = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${mebibytes}m`,
    'companions-chaos',
    folder,
  ]).then(
    () => true,
    () => false,
  )
  if (!mounted) return undefined
  const filler = path.join(folder, 'filler')
  return {
    // Written until it is full, which is an error, and meant to be.
    fill: () => writeFile(filler, Buffer.alloc(mebibytes * 1024 ** 2)).catch(() => undefined),
    free: () => rm(filler, { force: true }),
    unmount: async () => void (await run('umount', ['-l', folder])),
  }
}
