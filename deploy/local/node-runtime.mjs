import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { downloadVerified } from './download.mjs'
import { isExecutableFile } from './find-executable.mjs'
import { takeFirstWay } from './first-way.mjs'
import { npmCommand } from './npm-command.mjs'
import { node as pinned } from './pinned.mjs'
import { runCommand } from './run-command.mjs'
import { makeThenMove } from './staging.mjs'

// Node says arm64 and x64 as the archives do, and ppc64 for both byte orders.
const PLATFORM = `${process.platform}-${process.arch === 'ppc64' ? 'ppc64le' : process.arch}`

/**
 * The Node to run everything with: this one when it is new enough, else the one in `.tools/`.
 * @param {{ root: string, version?: string }} where
 * @returns {string | undefined} undefined when neither will do
 */
export function findNode({ root, version = process.versions.node }) {
  if (Number.parseInt(version, 10) >= pinned.leastMajor) return process.execPath
  const unpacked = join(root, '.tools/node/bin/node')
  if (isExecutableFile(unpacked)) return unpacked
  const installed = join(root, '.tools/node_modules', `node-${PLATFORM}`)
  return versionOf(installed) >= pinned.leastMajor ? join(installed, 'bin/node') : undefined
}

/** @param {string} packageFolder */
function versionOf(packageFolder) {
  try {
    return Number.parseInt(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version, 10)
  } catch {
    return 0
  }
}

/**
 * Brings Node into `.tools/`, without root: from npm on Linux, else nodejs.org's archive.
 * @param {{ root: string, say: (line: string) => void }} options
 */
export async function installNode({ root, say }) {
  const fromNpm = { name: `node-${PLATFORM} from npm`, take: () => installFromNpm(root) }
  const fromArchive = { name: "nodejs.org's archive", take: () => installFromArchive(root) }
  // On other platforms the npm packages lag years behind.
  const ways = process.platform === 'linux' ? [fromNpm, fromArchive] : [fromArchive]
  await takeFirstWay(`Node ${pinned.version}`, ways, say)
}

/** @param {string} root */
async function installFromNpm(root) {
  await makeThenMove(join(root, '.tools/node_modules'), async (folder) => {
    const wanted = `node-${PLATFORM}@${pinned.version}`
    // Into a folder of its own, so that npm neither reads nor writes the project's own files.
    const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', wanted]
    const { command, before } = npmCommand(process.execPath)
    await runCommand(command, [...before, ...args], { timeoutMs: 300_000, folder })
    await check(join(folder, 'node_modules', `node-${PLATFORM}`, 'bin/node'))
    return join(folder, 'node_modules')
  })
}

/** @param {string} root */
async function installFromArchive(root) {
  const sha256 = pinned.sha256[PLATFORM]
  if (!sha256) throw new Error(`there is none for ${PLATFORM}. Install Node ${pinned.leastMajor} yourself`)
  await makeThenMove(join(root, '.tools/node'), async (folder) => {
    const name = `node-v${pinned.version}-${PLATFORM}`
    const file = join(folder, 'archive.tar.gz')
    await downloadVerified({ url: `https://nodejs.org/dist/v${pinned.version}/${name}.tar.gz`, sha256, file })
    await runCommand('tar', ['-xzf', file, '-C', folder], { timeoutMs: 120_000 })
    renameSync(join(folder, name), join(folder, 'node'))
    await check(join(folder, 'node/bin/node'))
    return join(folder, 'node')
  })
}

/**
 * A binary for another C library or processor unpacks as well as the right one.
 * @param {string} node
 */
async function check(node) {
  await runCommand(node, ['--version'], { timeoutMs: 30_000 })
}
