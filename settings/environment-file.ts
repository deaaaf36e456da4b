import { existsSync, readFileSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { parseEnv } from 'node:util'
import { unknownNames } from './unknown-names.ts'

/**
 * For a process that is started alone: takes what `.env` in the working directory says, over which the real environment
 * wins.
 *
 * @returns a line for people for each name there that no setting has. None where another process started this one, with
 * a channel to it: `npm start` has told them, once for all that it starts.
 */
export function loadEnvironmentFile(): string[] {
  if (!existsSync('.env')) return []
  loadEnvFile('.env')
  return process.send === undefined ? unknownNames(parseEnv(readFileSync('.env', 'utf8'))) : []
}
