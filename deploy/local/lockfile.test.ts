import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from './project-root.mjs'

interface Lockfile {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>
}

// npm leaves out of the lockfile what the registry in use doesn't carry, and then `npm ci` refuses it everywhere.
test('the lockfile knows the binaries for every platform', () => {
  const lockfile: Lockfile = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'))
  const missing = Object.entries(lockfile.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !places(path, name).some((at) => at in lockfile.packages),
    ),
  )
  assert.deepEqual(missing, [])
})

/** Where Node would look for a package, from the folder of another. */
function places(from: string, name: string): string[] {
  const floors = from.split('/node_modules/')
  const above = floors.map((_, depth) => floors.slice(0, depth + 1).join('/node_modules/'))
  return [`node_modules/${name}`, ...above.map((folder) => `${folder}/node_modules/${name}`)]
}
