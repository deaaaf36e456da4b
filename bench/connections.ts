import { setTimeout as pause } from 'node:timers/promises'
import { startHome } from './home.ts'
import { residentBytes } from './measure/process-facts.ts'
import type { Plan } from './plan.ts'
import type { Browsers } from './processes/browsers.ts'
import { startChild } from './processes/child.ts'

export interface ConnectionFigures {
  readonly connections: number
  readonly kibPerConnection: number
  /** The hub before and with its connections, in MiB. */
  readonly beforeMib: number
  readonly withMib: number
}

/**
 * Resident memory of a hub per idle connection, each of another signed-in person and welcomed. The hub is a fresh
 * process, since one that made thousands of guests has room in its heap that would hide the connections; it is warmed
 * with some sockets first. Both readings follow the same rest, and no collection is forced.
 */
export async function measureConnections(
  plan: Plan,
  say: (line: string) => void,
): Promise<ConnectionFigures> {
  const { connections, warmConnections, settleSeconds } = plan
  await using stack = new AsyncDisposableStack()
  const home = await startHome({})
  stack.defer(() => home.stop())
  // After the home, so that the browsers leave before it: a hub that goes first closes their sockets, which fails them.
  const browsers = await startChild<Browsers>('browsers.ts')
  stack.defer(() => browsers.stop())
  say(`${connections} people sign in …`)
  await browsers.ask('signIn', { origin: home.origin, count: connections })
  await home.restartHub()
  await browsers.ask('openHome', { origin: home.origin, count: warmConnections })
  await browsers.ask('closeHome')
  await pause(settleSeconds * 1000)
  const hubPid = home.pids.hub ?? 0
  const before = await residentBytes(hubPid)
  say(`${connections} sockets open …`)
  await browsers.ask('openHome', { origin: home.origin, count: connections })
  await pause(settleSeconds * 1000)
  const after = await residentBytes(hubPid)
  return {
    connections,
    kibPerConnection: (after - before) / 1024 / connections,
    beforeMib: before / 1024 ** 2,
    withMib: after / 1024 ** 2,
  }
}
