import { chmodSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { isDebian, unpackPackages } from './debian.mjs'
import { downloadText, downloadVerified } from './download.mjs'
import { takeFirstWay } from './first-way.mjs'
import { natsServer as pinned } from './pinned.mjs'
import { runCommand } from './run-command.mjs'
import { makeThenMove } from './staging.mjs'

/** @type {Record<string, string>} */
const ARCHITECTURES = { x64: 'amd64', ia32: '386', arm: 'arm7', ppc64: 'ppc64le' }

/**
 * Brings nats-server into `.tools/nats-server/`: upstream's release, else Debian's package unpacked.
 * @param {{ root: string, say: (line: string) => void }} options
 */
export async function installNatsServer({ root, say }) {
  const target = join(root, '.tools/nats-server')
  const ways = [{ name: `release ${pinned.version} from github.com`, take: () => installRelease(target) }]
  if (isDebian()) ways.push({ name: "Debian's package", take: () => installPackage(target, say) })
  await takeFirstWay('nats-server', ways, say)
}

/** @param {string} target */
async function installRelease(target) {
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`
  const name = `nats-server-v${pinned.version}-${platform}`
  const release = `https://github.com/nats-io/nats-server/releases/download/v${pinned.version}`
  const sha256 = pinned.sha256[platform] ?? (await publishedSum(release, `${name}.tar.gz`))
  await makeThenMove(target, async (folder) => {
    const file = join(folder, 'archive.tar.gz')
    await downloadVerified({ url: `${release}/${name}.tar.gz`, sha256, file })
    await runCommand('tar', ['-xzf', file, '-C', folder], { timeoutMs: 60_000 })
    await runCommand(join(folder, name, 'nats-server'), ['--version'], { timeoutMs: 30_000 })
    return join(folder, name)
  })
}

/**
 * @param {string} release
 * @param {string} name
 */
async function publishedSum(release, name) {
  const sums = await downloadText(`${release}/SHA256SUMS`)
  const line = sums.split('\n').find((candidate) => candidate.endsWith(` ${name}`))
  if (!line) throw new Error(`the release has no ${name}`)
  return line.slice(0, 64)
}

/**
 * @param {string} target
 * @param {(line: string) => void} say
 */
async function installPackage(target, say) {
  await makeThenMove(target, async (folder) => {
    await unpackPackages(['nats-server'], folder, say)
    const made = join(folder, 'nats-server')
    mkdirSync(made)
    renameSync(join(folder, 'usr/sbin/nats-server'), join(made, 'nats-server'))
    chmodSync(join(made, 'nats-server'), 0o755)
    return made
  })
}
