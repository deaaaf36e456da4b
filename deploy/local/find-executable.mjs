import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * The first executable file called `name` in the folders of PATH, then in `furtherFolders`.
 * @param {string} name
 * @param {{ path?: string | undefined, furtherFolders?: string[] }} [where] `path` in the form of the
 *   variable PATH; without it, that of this process.
 * @returns {string | undefined}
 */
export function findExecutable(name, { path = process.env.PATH ?? '', furtherFolders = [] } = {}) {
  // A relative folder in PATH would make the answer depend on where it is asked.
  const folders = [...path.split(delimiter).filter(isAbsolute), ...furtherFolders]
  return folders.map((folder) => join(folder, name)).find(isExecutableFile)
}

/** @param {string} path */
export function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
