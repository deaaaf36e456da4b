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
  /** An open descriptor of ours that it is to have as its descriptor 3. */
  doorFd?: number | undefined
  /**
   * Whether it tells by `process.send('ready')` that it does its work; otherwise it does from its start. Such a program
   * may also tell, by `process.send('refused')` before it ends, that it would end so whenever it is started.
   */
  saysReady?: boolean
}

/** A program that runs in a process group of its own, so that a terminal's Ctrl-C reaches us alone. */
export interface Child {
  /** Resolves when it does its work. Never, when that doesn't come. */
  ready: Promise<void>
  /** Whether it told that a further start would end in the same way; complete once `ended` has resolved. */
  readonly refused: boolean
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. Never rejects. */
  ended: Promise<string>
  terminate(): void
  /** SIGKILL to its whole group. */
  kill(): void
}

/** Starts a program; its output goes to `takeLine`, and it ends with us, by `watchdog`, even if we are killed. */
export function startChild(program: Program, takeLine: TakeLine, watchdog: Watchdog): Child {
  const { command, args, environment, folder, doorFd = 'ignore', saysReady = false } = program
  const child = spawn(command, [...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', doorFd, ...(saysReady ? (['ipc'] as const) : [])],
    detached: true,
  })
  const { pid, stdout, stderr } = child
  if (pid !== undefined) watchdog.watch(pid)
  if (stdout) readLines(stdout, takeLine)
  if (stderr) readLines(stderr, takeLine)
  let refused = false
  child.on('message', (message) => {
    refused ||= message === 'refused'
  })
  const ready = new Promise<void>((resolve) => {
    if (!saysReady) resolve()
    child.on('message', (message) => message === 'ready' && resolve())
  })
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
    ready,
    get refused() {
      return refused
    },
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
