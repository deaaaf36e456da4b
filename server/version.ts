import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Version } from './house.ts'

/**
 * What runs here. An image says its commit and its time of building in `COMMIT` and `BUILT_AT`; from a clone the
 * commit is git's, and as nothing is built, the time is that of the commit.
 */
export function readVersion(environment: Readonly<Record<string, string | undefined>>): Version {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  const [commit = 'unknown', time = new Date().toISOString()] = lastCommit()
  return { version, commit: environment.COMMIT ?? commit, built_at: environment.BUILT_AT ?? time }
}

function lastCommit(): string[] {
  try {
    const said = execFileSync('git', ['log', '-1', '--format=%h %cI'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [commit, time] = said.trim().split(' ')
    return commit && time ? [commit, new Date(time).toISOString()] : []
  } catch {
    // No git, or not a clone: an image or an archive, which may say its commit in the environment.
    return []
  }
}
