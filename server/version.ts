import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { readPackageVersion } from '../settings/package-version.ts'
import type { Environment } from '../settings/read-settings.ts'
import type { Version } from './house.ts'

const root = path.join(import.meta.dirname, '..')

/** Longest wait for git, in milliseconds: without its answer a hub still starts. */
const gitMs = 5_000

/**
 * What runs here. An image says its commit and its time of building in `COMMIT` and `BUILT_AT`. In a clone the commit
 * is git's, and as nothing is built, the time is that of the commit. Without git (an archive) the commit is `unknown`
 * and the time that of the files.
 */
export function readVersion(environment: Environment): Version {
  const [commit, time] = environment.COMMIT && environment.BUILT_AT ? [] : lastCommit()
  return {
    version: readPackageVersion(),
    commit: environment.COMMIT || commit || 'unknown',
    built_at: environment.BUILT_AT || time || statSync(path.join(root, 'package.json')).mtime.toISOString(),
  }
}

function lastCommit(): string[] {
  // Without one of our own, git would answer with that of a folder above.
  if (!existsSync(path.join(root, '.git'))) return []
  try {
    const said = execFileSync('git', ['log', '-1', '--format=%h %cI'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: gitMs,
    })
    const [commit, time] = said.trim().split(' ')
    return commit && time ? [commit, new Date(time).toISOString()] : []
  } catch {
    // No git on this machine, or it does not trust the folder's owner.
    return []
  }
}
