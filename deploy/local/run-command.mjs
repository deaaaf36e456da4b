import { spawn } from 'node:child_process'

const KEPT_CHARACTERS = 64 * 1024

/**
 * Runs a program to its end and resolves with what it printed, the last 64 KiB of it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ timeoutMs: number, folder?: string, environment?: NodeJS.ProcessEnv }} options Past `timeoutMs` it is
 *   killed. It stays in our process group, so that a Ctrl-C ends it too.
 * @returns {Promise<string>}
 * @throws {Error} with its output when it can't be started, fails or is killed
 */
export function runCommand(command, args, { timeoutMs, folder, environment }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: environment ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-KEPT_CHARACTERS)
      })
    }
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const ending = signal ? `was ended by ${signal} (it has ${timeoutMs / 1000} s)` : `failed with ${code}`
      const lines = output.trim().split('\n')
      // The first line says all of it in short, for whoever shows no more.
      const short = `\`${[command, ...args].join(' ')}\` ${ending}: ${lines.at(-1)}`
      reject(new Error([short, ...(lines.length > 1 ? lines : [])].join('\n')))
    })
  })
}
