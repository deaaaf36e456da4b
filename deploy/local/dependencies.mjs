import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { npmCommand } from './npm-command.mjs'
import { runCommand } from './run-command.mjs'

const STAMP = 'node_modules/.companions-lockfile-sha256'

/**
 * Whether node_modules is what the lockfile says. A node_modules that is a link belongs to somebody else and is
 * taken as it is.
 * @param {{ root: string }} where
 */
export function hasDependencies({ root }) {
  return isLink(join(root, 'node_modules')) || readStamp(root) === lockfileHash(root)
}

/**
 * Installs what the lockfile says, under the Node that will run it, without running any package's scripts.
 * @param {{ root: string, node: string, say: (line: string) => void }} options
 */
export async function installDependencies({ root, node, say }) {
  say('Installing dependencies: npm ci.')
  const hash = lockfileHash(root)
  const { command, before } = npmCommand(node)
  const environment = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  await runCommand(command, [...before, ...args], { timeoutMs: 900_000, folder: root, environment })
  // Written last: npm empties node_modules first, so an install that broke off has no stamp.
  writeFileSync(join(root, STAMP), hash)
}

/** @param {string} root */
function lockfileHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

/** @param {string} root */
function readStamp(root) {
  try {
    return readFileSync(join(root, STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} path */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}
