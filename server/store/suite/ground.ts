import { test } from 'node:test'
import type { Database } from '../database.ts'
import { createStore } from '../open-store.ts'
import type { Store } from '../store.ts'

/** One empty database for one test, with everything that was opened on it. */
export interface Ground extends AsyncDisposable {
  readonly url: string
  /** A store on it, migrated; each call is another hub's. */
  open(): Promise<Store>
  /** The same without a store around it. */
  openDatabase(): Promise<Database>
}

/** Where a test's database comes from. */
export interface Source {
  readonly kind: Database['kind']
  create(): Promise<{ url: string; remove: () => Promise<void> }>
  open(url: string): Promise<Database>
}

export type Run = (ground: Ground) => Promise<void>
export type It = (outcome: string, run: Run) => void

/** `node:test`'s `test`, each with a ground of its own. */
export const itOn =
  (source: Source): It =>
  (outcome, run) => {
    test(`${source.kind}: ${outcome}`, async () => {
      await using ground = await prepareGround(source)
      await run(ground)
    })
  }

export async function prepareGround(source: Source): Promise<Ground> {
  const { url, remove } = await source.create()
  const opened: Database[] = []
  const openDatabase = async () => {
    const database = await source.open(url)
    opened.push(database)
    return database
  }
  return {
    url,
    openDatabase,
    open: async () => {
      const store = createStore(await openDatabase())
      await store.migrate()
      return store
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((database) => database.close()))
      await remove()
    },
  }
}
