import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const PREFIX = '.staging-'

/**
 * Lets `make` fill a new folder and puts what `make` names at `target`, in one step and only when all went well: a
 * process that dies in between leaves nothing half made under a name that anybody looks for.
 * @param {string} target
 * @param {(folder: string) => Promise<string>} make resolves with the path, in the folder, of what shall be kept
 */
export async function makeThenMove(target, make) {
  mkdirSync(dirname(target), { recursive: true })
  const folder = mkdtempSync(join(dirname(target), PREFIX))
  try {
    const made = await make(folder)
    rmSync(target, { recursive: true, force: true })
    renameSync(made, target)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Removes what installs that were killed have left.
 * @param {string} folder that nobody else works in now
 */
export function removeStaging(folder) {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(PREFIX))) {
    rmSync(join(folder, name), { recursive: true, force: true })
  }
}
