import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findExecutable } from './find-executable.mjs'
import { runCommand } from './run-command.mjs'

/** @typedef {(line: string) => void} Say */

const APT = { timeoutMs: 900_000, environment: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
// Another apt may be at work, on a fresh machine above all.
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=300']

export function isDebian() {
  return Boolean(findExecutable('apt-get') && findExecutable('dpkg'))
}

export function isRoot() {
  return process.getuid?.() === 0
}

/**
 * Unpacks packages into a folder, which installs nothing and starts no service; needs no root.
 * @param {string[]} names
 * @param {string} folder must exist
 * @param {Say} say
 */
export async function unpackPackages(names, folder, say) {
  await needPackage(names[0] ?? '', say)
  const archives = join(folder, 'archives')
  mkdirSync(archives)
  const download = () => runCommand('apt-get', ['download', ...names], { ...APT, folder: archives })
  await withFreshLists(download, say)
  for (const name of readdirSync(archives)) {
    await runCommand('dpkg', ['-x', join(archives, name), folder], APT)
  }
}

/**
 * Installs packages; needs root.
 * @param {string[]} names
 * @param {Say} say
 */
export async function installPackages(names, say) {
  await needPackage(names[0] ?? '', say)
  const args = [...WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', ...names]
  await withFreshLists(() => runCommand('apt-get', args, APT), say)
}

/**
 * Lists age: the archive drops a package as soon as there is a newer one.
 * @param {() => Promise<unknown>} act
 * @param {Say} say
 */
async function withFreshLists(act, say) {
  try {
    await act()
  } catch (error) {
    if (!isRoot()) throw error
    await updateLists(say)
    await act()
  }
}

/**
 * @param {string} name
 * @param {Say} say
 */
export async function needPackage(name, say) {
  if (await hasCandidate(name)) return
  if (!isRoot()) throw new Error(`apt knows no package ${name}. Run \`sudo apt-get update\` and start again.`)
  await updateLists(say)
  if (!(await hasCandidate(name))) throw new Error(`this system has no package ${name}`)
}

/** @param {string} name */
async function hasCandidate(name) {
  const policy = await runCommand('apt-cache', ['policy', name], APT)
  return /Candidate: (?!\(none\))/.test(policy)
}

/** @param {Say} say */
async function updateLists(say) {
  say("Fetching Debian's package lists.")
  await runCommand('apt-get', [...WAIT_FOR_LOCK, 'update'], APT)
}
