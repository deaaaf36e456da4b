import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Watchdog } from '../../deploy/local/watchdog.ts'
import { startWatchdog } from '../../deploy/local/watchdog.ts'

/** How a process ended: one of the two is null. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ProcessOptions {
  /** The whole environment; that of this process by default. */
  env?: NodeJS.ProcessEnv
  cwd?: string
  uid?: number
  gid?: number
}

export interface TestProcess {
  pid: number
  /** The lines of both outputs so far, in order of arrival; the last 2,000. */
  lines: readonly string[]
  ending: Promise<Ending>
  /** Undefined while it runs. */
  ended(): Ending | undefined
  /** The first line, earlier or to come, that matches. Rejects when the process ends, or after `timeoutMs` (60 s). */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>
  signal(signal: NodeJS.Signals): void
  /** `signal` (SIGTERM), then SIGKILL to its whole group after `graceMs` (5 s); resolves when it is gone. */
  stop(options?: { signal?: NodeJS.Signals; graceMs?: number }): Promise<Ending>
  [Symbol.asyncDispose](): Promise<void>
}

const KEPT_LINES = 2_000
/** A killed process is waited for so long, in milliseconds: what it started may hold its outputs open. */
const KILLED_MS = 5_000
let watchdog: Watchdog | undefined
const running = new Set<TestProcess>()
let isOver = false

/**
 * Starts a program in a process group of its own and keeps what it prints. It ends with the test, even when the
 * runner kills the test.
 * @throws when the program can't be started, or after `killAllProcesses`
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<TestProcess> {
  if (isOver) throw new Error(`${command} is not started: all processes are being ended.`)
  watchdog ??= startWatchdog(2_000)
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} has no process id.`)
  watchdog.watch(pid)
  const output = collectLines([child.stdout, child.stderr])
  let ended: Ending | undefined
  const ending = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      ended = { code, signal }
      watchdog?.forget(pid)
      running.delete(started)
      output.close(`${command} ended with ${signal ?? code}`)
      resolve(ended)
    })
  })
  const stop: TestProcess['stop'] = async ({ signal = 'SIGTERM', graceMs = 5_000 } = {}) => {
    if (ended) return ended
    child.kill(signal)
    const timer = setTimeout(() => killGroup(pid), graceMs)
    return ending.finally(() => clearTimeout(timer))
  }
  const started: TestProcess = {
    pid,
    lines: output.lines,
    ending,
    ended: () => ended,
    waitForLine: output.waitForLine,
    signal: (signal) => void child.kill(signal),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
  running.add(started)
  if (isOver) killGroup(pid)
  return started
}

/** What a program of this tree is given besides its own environment: its path, and what was compiled before it. */
export const sharedEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) }
}

/** For who is told to stop in the middle: SIGKILL to all that still run. Nothing can be started any more. */
export async function killAllProcesses(): Promise<void> {
  isOver = true
  for (const { pid } of running) killGroup(pid)
  const over = new AbortController()
  const late = pause(KILLED_MS, undefined, { signal: over.signal }).catch(() => undefined)
  await Promise.race([Promise.all([...running].map(({ ending }) => ending)), late])
  over.abort()
}

function collectLines(streams: NodeJS.ReadableStream[]) {
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  const closers = new Set<() => void>()
  let closedBecause: string | undefined
  for (const input of streams) {
    createInterface({ input }).on('line', (line) => {
      if (lines.push(line) > KEPT_LINES) lines.shift()
      for (const listener of listeners) listener(line)
    })
  }
  const waitForLine = (pattern: RegExp, timeoutMs = 60_000) =>
    new Promise<string>((resolve, reject) => {
      const found = lines.find((line) => pattern.test(line))
      if (found !== undefined) return resolve(found)
      const fail = (why: string) => {
        leave()
        reject(
          new Error(`No line matched ${pattern}: ${why}. The last lines:\n${lines.slice(-20).join('\n')}`),
        )
      }
      const closer = () => fail(closedBecause ?? 'the outputs closed')
      const listener = (line: string) => {
        if (!pattern.test(line)) return
        leave()
        resolve(line)
      }
      const timer = setTimeout(() => fail(`none came within ${timeoutMs} ms`), timeoutMs)
      const leave = () => {
        clearTimeout(timer)
        listeners.delete(listener)
        closers.delete(closer)
      }
      if (closedBecause !== undefined) return closer()
      listeners.add(listener)
      closers.add(closer)
    })
  const close = (because: string) => {
    closedBecause = because
    for (const closer of closers) closer()
  }
  return { lines, waitForLine, close }
}

function killGroup(pid: number) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
