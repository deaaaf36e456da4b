import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
  onOrphaned(() => child.kill('SIGTERM'))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
}

/**
 * Calls `act` when npm, which started us, was killed: it can't tell us. Without npm nothing is done, since whoever
 * puts us into the background lets go of us on purpose.
 * @param {() => void} act
 */
function onOrphaned(act) {
  if (!process.env.npm_lifecycle_event) return
  const parents = parentsOf()
  const timer = setInterval(() => {
    if (parentsOf() === parents) return
    clearInterval(timer)
    act()
  }, 1_000)
  timer.unref()
}

/** Our parent and its own: npm may stand behind a shell. */
function parentsOf() {
  try {
    const fields = readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    return `${process.ppid} ${fields?.[1]}`
  } catch {
    return `${process.ppid}`
  }
}
