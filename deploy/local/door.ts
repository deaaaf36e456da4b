import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'

/** A TCP address that is ours for as long as we live, and at which we take nobody in. */
export interface Door {
  /** For the `stdio` of a child process, which listens with it: `server.listen({ fd })`. */
  readonly fd: number
  close(): void
}

/**
 * Binds an address for processes that are replaced while they serve. Whoever is given the descriptor listens at the
 * same queue, which stays while one process has it: so nobody is refused or reset between two of them, and whoever
 * comes while none is there waits. (A server of our own would accept; SO_REUSEPORT gives each process a queue of its
 * own, and resets what is left in it when that process goes.)
 *
 * @param listen `host:port` as the hub's ADDR takes it
 * @returns undefined where this Node has no way to bind without accepting: processes then listen by themselves
 * @throws an error with its system code when nobody can listen there
 */
export async function openDoor(listen: string): Promise<Door | undefined> {
  const { hostname, port } = new URL(`tcp://${listen}`)
  const { address, family } = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'))
  // What `cluster` binds with when it shares a listening socket. Node documents that use, and not the function.
  const bind: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof bind !== 'function') return undefined
  const handle: unknown = bind(address, Number(port), family)
  if (isDoor(handle) && handle.fd >= 0) return handle
  throw new Error(`${listen} can't be bound: ${typeof handle === 'number' ? getSystemErrorName(handle) : ''}`)
}

/** The handle itself: once it were collected as garbage, the door would be gone. */
function isDoor(handle: unknown): handle is Door {
  return typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number'
}
