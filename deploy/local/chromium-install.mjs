import { join } from 'node:path'
import { installPackages, isDebian, isRoot } from './debian.mjs'
import { takeFirstWay } from './first-way.mjs'
import { runCommand } from './run-command.mjs'

// A page with text needs a font, and one with emoji a second.
const PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji']

/**
 * Brings a Chromium, for tests: Debian's when we are root there, else playwright's own into `.tools/chromium`.
 * The dependencies must be installed.
 * @param {{ root: string, node: string, say: (line: string) => void }} options
 */
export async function installChromium({ root, node, say }) {
  const debian = isDebian()
  if (debian && !isRoot()) {
    say(`Not being root, I can't install Debian's: sudo apt-get install ${PACKAGES.join(' ')}`)
  }
  const ways = [{ name: "playwright's, into .tools/", take: () => installFromPlaywright(root, node) }]
  if (debian && isRoot())
    ways.unshift({ name: "Debian's package", take: () => installPackages(PACKAGES, say) })
  await takeFirstWay('Chromium', ways, say)
}

/**
 * @param {string} root
 * @param {string} node
 */
async function installFromPlaywright(root, node) {
  const environment = { ...process.env, PLAYWRIGHT_BROWSERS_PATH: join(root, '.tools/chromium') }
  const cli = join(root, 'node_modules/playwright-core/cli.js')
  await runCommand(node, [cli, 'install', 'chromium'], { timeoutMs: 600_000, environment })
}
