import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Watchdog {
  pid: number
  /** From now on this process group ends with us. */
  watch(groupId: number): void
  /** The group is empty: its number may soon be another's. */
  forget(groupId: number): void
}

/**
 * Starts a process that outlives this one, by any death of it, just long enough to end the process groups it
 * watches: TERM, then KILL after `graceMs` (milliseconds). It costs a shell, does not keep this process alive, and
 * goes by itself.
 */
export function startWatchdog(graceMs: number): Watchdog {
  const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url))
  const tenths = String(Math.ceil(graceMs / 100))
  // In a session of its own, so that a terminal's Ctrl-C or hang-up reaches us and not the watchdog.
  const child = spawn('/bin/sh', [script, tenths], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const { pid, stdin } = child
  if (pid === undefined) throw new Error('The watchdog could not be started.')
  // A watchdog that was killed can't be written to; the groups are then merely unwatched.
  stdin.on('error', () => child.unref())
  child.unref()
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return {
    pid,
    watch: (groupId) => void stdin.write(`watch ${groupId}\n`),
    forget: (groupId) => void stdin.write(`forget ${groupId}\n`),
  }
}
