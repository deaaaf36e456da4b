import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as util from 'node:util'

/**
 * The environment that processes get: what `.env` says, over which the real environment wins.
 * @param {string} root the folder of `.env`, which need not exist
 * @param {NodeJS.ProcessEnv} real
 * @returns {NodeJS.ProcessEnv}
 */
export function readEnvironment(root, real) {
  return { ...readEnvironmentFile(root), ...real }
}

/**
 * @param {string} root the folder of `.env`, which need not exist
 * @returns {NodeJS.Dict<string>} what it says
 */
export function readEnvironmentFile(root) {
  try {
    // Node before 20.12 can't parse it. It only brings Node 24 here, which reads the file again.
    return util.parseEnv?.(readFileSync(join(root, '.env'), 'utf8')) ?? {}
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
