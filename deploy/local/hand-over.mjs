import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'

/**
 * Runs a script under `node`, stands in for it (signals go to it, its exit code becomes ours) and ends when it has
 * ended. The script gets a channel to us: when it closes, we are gone and it should go too.
 * @param {string} node
 * @param {string} script
 * @param {string[]} args
 * @param {string} folder
 */
export function handOver(node, script, args, folder) {
  // Whatever the script starts by the name of node is then the same one.
  const environment = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  const child = spawn(node, [script, ...args], {
    cwd: folder,
    env: environment,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal))
  }
  child.once('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
}
