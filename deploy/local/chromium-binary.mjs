import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findExecutable, isExecutableFile } from './find-executable.mjs'
import { projectRoot } from './project-root.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * Where a Chromium stands: CHROMIUM_BIN, else the one on the PATH or among the applications, else the one that
 * playwright put into `.tools/chromium`.
 * @param {{ root?: string, environment?: NodeJS.ProcessEnv }} [where]
 * @returns {string | undefined} undefined when there is none
 */
export function findChromium({ root = projectRoot, environment = process.env } = {}) {
  const chosen = environment.CHROMIUM_BIN
  if (chosen) {
    if (isExecutableFile(chosen)) return chosen
    throw new Error(`CHROMIUM_BIN is ${chosen}, which is no executable file.`)
  }
  for (const name of NAMES) {
    const found = findExecutable(name, { path: environment.PATH, furtherFolders: ['/usr/bin'] })
    if (found) return found
  }
  return [...MAC_APPLICATIONS, ...downloadedBrowsers(join(root, '.tools/chromium'))].find(isExecutableFile)
}

/** @param {string} folder the folder that PLAYWRIGHT_BROWSERS_PATH named when playwright installed a browser */
function downloadedBrowsers(folder) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\/(chrome|headless_shell|chrome-headless-shell|Chromium)$/.test(path))
      .map((path) => join(folder, path))
  } catch {
    return []
  }
}
