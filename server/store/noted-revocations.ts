import type { Database, Queries } from './database.ts'
import type { Revocation } from './revocations.ts'

/** Most revocations held that nobody took; the oldest go, and are read from the store like any other hub's. */
const mostHeld = 1_000

const noting = new WeakMap<Queries, Revocation[]>()

/** A revocation is written in this transaction. */
export function holdUntilCommit(queries: Queries, revocation: Revocation): void {
  noting.get(queries)?.push(revocation)
}

/**
 * A database that holds what its transactions noted once they are committed, so that hubs are told of it also when the
 * store is away a moment later.
 */
export function holdNoted(database: Database): { database: Database; take: () => Revocation[] } {
  let held: Revocation[] = []
  return {
    database: {
      ...database,
      write: async (run) => {
        const noted: Revocation[] = []
        const result = await database.write((queries) => {
          noting.set(queries, noted)
          return run(queries)
        })
        held = [...held, ...noted].slice(-mostHeld)
        return result
      },
    },
    take: () => {
      const taken = held
      held = []
      return taken
    },
  }
}
