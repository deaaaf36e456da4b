import type { Browser, LaunchOptions } from 'playwright-core'
import { chromium } from 'playwright-core'
import { findChromium } from '../../deploy/local/chromium-binary.mjs'

/** What a browser does unasked: reach for the network, ask questions, slow down what it does not show. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
  // A container's /dev/shm is often 64 MB, and a page that fills it crashes.
  '--disable-dev-shm-usage',
]

/** A real, headless Chromium; whoever launches it closes it. `args` are added to the ones that keep it quiet. */
export async function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('There is no Chromium. `npm test` brings one, or says how to get one.')
  // Chromium's sandbox does not work for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({
    executablePath,
    headless: true,
    ...options,
    args: [...QUIET, ...sandbox, ...args],
  })
}
