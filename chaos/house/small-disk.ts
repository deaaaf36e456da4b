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

const mounted = new Set<string>()

/** For who is told to stop in the middle. */
export const unmountSmallDisks = async (): Promise<void> =>
  void (await Promise.all([...mounted].map((folder) => unmount(folder))))

/** Mounts one of so many mebibytes over a folder; undefined where this user may not. */
export async function mountSmallDisk(folder: string, mebibytes: number): Promise<SmallDisk | undefined> {
  const isMounted = await run('mount', [
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
  if (!isMounted) return undefined
  mounted.add(folder)
  const filler = path.join(folder, 'filler')
  return {
    // Written until it is full, which is an error, and meant to be.
    fill: () => writeFile(filler, Buffer.alloc(mebibytes * 1024 ** 2)).catch(() => undefined),
    free: () => rm(filler, { force: true }),
    unmount: () => unmount(folder),
  }
}

async function unmount(folder: string): Promise<void> {
  if (mounted.delete(folder)) await run('umount', ['-l', folder])
}
