import { join } from 'node:path'
import { findExecutable, isExecutableFile } from './find-executable.mjs'
import { projectRoot } from './project-root.mjs'

/**
 * Where a nats-server stands: NATS_SERVER_BIN, else the one on the PATH, else the one in `.tools/`.
 * @param {{ root?: string, environment?: NodeJS.ProcessEnv }} [where]
 * @returns {string | undefined} undefined when there is none
 * @throws {Error} when NATS_SERVER_BIN names something that can't be run
 */
export function findNatsServer({ root = projectRoot, environment = process.env } = {}) {
  const chosen = environment.NATS_SERVER_BIN
  if (chosen) {
    if (isExecutableFile(chosen)) return chosen
    throw new Error(`NATS_SERVER_BIN is ${chosen}, which is no executable file.`)
  }
  return findExecutable('nats-server', {
    path: environment.PATH,
    // Debian keeps servers in sbin, which is on root's PATH alone.
    furtherFolders: ['/usr/local/sbin', '/usr/sbin', join(root, '.tools', 'nats-server')],
  })
}
