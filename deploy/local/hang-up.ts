import { isatty } from 'node:tty'

/**
 * Tells a SIGHUP that somebody sent from that of a terminal that is gone: the system takes the terminal away from its
 * files before it sends the signal, so what was one is none any more.
 * @returns whether the terminal we were started from, if any, is gone by now
 */
export function watchTerminal(): () => boolean {
  const terminals = [0, 1, 2].filter(isatty)
  return () => !terminals.every(isatty)
}
