import type { HeldMemory } from '../house/held-memory.ts'
import type { House } from '../house/house.ts'
import type { Ledger } from './ledger.ts'

/**
 * Most that a process may hold more at rest after a round's faults than at rest before them, in mebibytes and in timers,
 * sockets and the like of one kind. Nobody is there at either time. A few mebibytes are code that was first needed now,
 * and ten sockets the pool of PostgreSQL, which keeps them for ten seconds.
 */
const mostMebibytes = 8
const mostResources = 20

export type Held = ReadonlyMap<string, HeldMemory>

/** What every hub and worker holds after its garbage is collected. */
export async function measureHeld({ hubs, workers }: House): Promise<Held> {
  const held = new Map<string, HeldMemory>()
  for (const slot of [...hubs, ...workers]) held.set(slot.name, await slot.measure())
  return held
}

/** Holds what processes kept to what they had; one that is not the same process has nothing to be held to. */
export function checkGrowth(before: Held, after: Held, ledger: Ledger): void {
  for (const [name, { pid, bytes, resources }] of after) {
    const earlier = before.get(name)
    if (earlier?.pid !== pid) {
      ledger.note('processes whose growth nobody can tell')
      continue
    }
    const mebibytes = Math.round((bytes - earlier.bytes) / 1024 ** 2)
    ledger.largest(`${name.split(' ')[0]} growth`, Math.max(0, mebibytes))
    if (mebibytes > mostMebibytes)
      ledger.violate(`${name} holds ${mebibytes} MiB more than before the faults`)
    for (const [kind, count] of Object.entries(resources)) {
      const more = count - (earlier.resources[kind] ?? 0)
      if (more > mostResources) ledger.violate(`${name} holds ${more} more of ${kind} than before the faults`)
    }
  }
}
