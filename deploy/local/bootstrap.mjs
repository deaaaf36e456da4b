import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findChromium } from './chromium-binary.mjs'
import { installChromium } from './chromium-install.mjs'
import { hasDependencies, installDependencies } from './dependencies.mjs'
import { findNatsServer } from './nats-server-binary.mjs'
import { installNatsServer } from './nats-server-install.mjs'
import { findNode, installNode } from './node-runtime.mjs'
import { findPostgres } from './postgres-binaries.mjs'
import { installPostgres } from './postgres-install.mjs'
import { takeLock } from './process-lock.mjs'
import { removeStaging } from './staging.mjs'

/** @typedef {'nats-server' | 'postgres' | 'chromium'} Part */
/** @typedef {{ root: string, parts: Part[], environment: NodeJS.ProcessEnv, say: (line: string) => void }} Wanted */

const LONGEST_WAIT_MS = 1_800_000

const PARTS = {
  'nats-server': { find: findNatsServer, install: installNatsServer },
  postgres: { find: findPostgres, install: installPostgres },
  chromium: { find: findChromium, install: installChromium },
}

/**
 * Brings what is missing of Node, the dependencies and `parts`; when nothing is, it only looks, without the network.
 * @param {Wanted} wanted
 * @returns {Promise<string>} the Node to run everything with
 * @throws {Error} with what to do when something can't be brought
 */
export async function bootstrap(wanted) {
  const node = findNode(wanted)
  if (node && hasDependencies(wanted) && missingParts(wanted).length === 0) return node
  return withToolsLock(wanted, () => bringWhatIsMissing(wanted))
}

/** @param {Wanted} wanted */
async function bringWhatIsMissing(wanted) {
  const node = findNode(wanted) ?? (await installNode(wanted).then(() => findNode(wanted)))
  if (!node) throw new Error('The Node that was installed into .tools/ is not there.')
  if (!hasDependencies(wanted)) await installDependencies({ ...wanted, node })
  for (const part of missingParts(wanted)) {
    await PARTS[part].install({ ...wanted, node })
    if (!PARTS[part].find(wanted)) throw new Error(`${part} was installed and can't be found.`)
  }
  return node
}

/** @param {Wanted} wanted */
function missingParts(wanted) {
  return wanted.parts.filter((part) => !PARTS[part].find(wanted))
}

/**
 * Two starts at once would install over each other: the second waits, and then finds everything there.
 * @template T
 * @param {Wanted} wanted
 * @param {() => Promise<T>} act
 */
async function withToolsLock({ root, say }, act) {
  mkdirSync(join(root, '.tools'), { recursive: true })
  const file = join(root, '.tools/lock')
  const deadline = Date.now() + LONGEST_WAIT_MS
  let said = false
  for (;;) {
    const lock = takeLock(file)
    if ('release' in lock) {
      removeStaging(join(root, '.tools'))
      return act().finally(lock.release)
    }
    if (Date.now() > deadline) throw new Error(`Process ${lock.heldBy} has held ${file} for half an hour.`)
    if (!said) say(`Process ${lock.heldBy} is installing; waiting for it.`)
    said = true
    await pause(200)
  }
}
