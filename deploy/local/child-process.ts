import { spawn } from 'node:child_process'
import type { TakeLine } from './log-lines.ts'
import { readLines } from './log-lines.ts'
import type { Watchdog } from './watchdog.ts'

const LAST_LINES_MS = 1_000

export interface Program {
  command: string
  args: readonly string[]
  /** Its whole environment. */
  environment: NodeJS.ProcessEnv
  folder: string
}

/** A program that runs in a process group of its own, so that a terminal's Ctrl-C reaches us alone. */
export interface Child {
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. Never rejects. */
  ended: Promise<string>
  terminate(): void
  /** SIGKILL to its whole group. */
  kill(): void
}

/** Starts a program; its output goes to `takeLine`, and it ends with us, by `watchdog`, even if we are killed. */
export function startChild(program: Program, takeLine: TakeLine, watchdog: Watchdog): Child {
  const { command, args, environment, folder } = program
  const child = spawn(command, [...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = child
  if (pid !== undefined) watchdog.watch(pid)
  readLines(child.stdout, takeLine)
  readLines(child.stderr, takeLine)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      // Whatever it started itself goes with it.
      if (pid !== undefined) signalGroup(pid, 'SIGKILL')
      if (pid !== undefined) watchdog.forget(pid)
      // Its last lines may still be on their way. Something of it that left the group could hold them open for ever.
      const end = () => resolve(signal ?? `exit code ${code}`)
      const timer = setTimeout(end, LAST_LINES_MS)
      child.once('close', () => {
        clearTimeout(timer)
        end()
      })
    })
  })
  return {
    ended,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => {
      if (pid !== undefined && child.exitCode === null && child.signalCode === null)
        signalGroup(pid, 'SIGKILL')
    },
  }
}

function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
