import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from './project-root.mjs'

interface Lockfile {
  packages: Record<string, { optionalDependencies?: Record<string, string>; integrity?: string }>
}

const lockfile: Lockfile = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'))

// npm leaves out of the lockfile what the registry in use doesn't carry, and then `npm ci` refuses it everywhere.
test('the lockfile knows the binaries for every platform', () => {
  const missing = Object.entries(lockfile.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !places(path, name).some((at) => at in lockfile.packages),
    ),
  )
  assert.deepEqual(missing, [])
})

// One without a sum is installed as whatever the registry in use gives, and npm says nothing of it.
test('the lockfile has a SHA-512 sum for every package, on every platform', () => {
  const { '': house, ...packages } = lockfile.packages
  assert.ok(house)
  const unsealed = Object.entries(packages).filter(
    ([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity),
  )
  assert.deepEqual(
    unsealed.map(([path]) => path),
    [],
  )
})

/** Where Node would look for a package, from the folder of another. */
function places(from: string, name: string): string[] {
  const floors = from.split('/node_modules/')
  const above = floors.map((_, depth) => floors.slice(0, depth + 1).join('/node_modules/'))
  return [`node_modules/${name}`, ...above.map((folder) => `${folder}/node_modules/${name}`)]
}
