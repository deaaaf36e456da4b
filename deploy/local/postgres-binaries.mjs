import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findExecutable, isExecutableFile } from './find-executable.mjs'
import { projectRoot } from './project-root.mjs'

/**
 * The folder that holds `initdb` and `postgres`: POSTGRES_BIN, else the newest of the system, else the one on
 * the PATH, else the one in `.tools/`.
 * @param {{ root?: string, environment?: NodeJS.ProcessEnv, systemFolder?: string }} [where]
 * @returns {string | undefined} undefined when there is none
 */
export function findPostgres(where = {}) {
  const { root = projectRoot, environment = process.env, systemFolder = '/usr/lib/postgresql' } = where
  const chosen = environment.POSTGRES_BIN
  if (chosen) {
    if (isPostgresFolder(chosen)) return chosen
    throw new Error(`POSTGRES_BIN is ${chosen}, which is no folder with initdb and postgres in it.`)
  }
  const onPath = findExecutable('initdb', { path: environment.PATH })
  return [
    ...versionFolders(systemFolder),
    ...(onPath ? [dirname(onPath)] : []),
    ...versionFolders(join(root, '.tools/postgresql/usr/lib/postgresql')),
    join(root, '.tools/postgresql/native/bin'),
  ].find(isPostgresFolder)
}

/** @param {string} folder one that holds a folder for each major version, as Debian has it */
function versionFolders(folder) {
  try {
    const versions = readdirSync(folder).map(Number).filter(Number.isInteger)
    return versions.sort((a, b) => b - a).map((version) => join(folder, String(version), 'bin'))
  } catch {
    return []
  }
}

/** @param {string} folder */
function isPostgresFolder(folder) {
  return isExecutableFile(join(folder, 'initdb')) && isExecutableFile(join(folder, 'postgres'))
}
