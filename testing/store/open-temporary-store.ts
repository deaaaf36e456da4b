import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openStore } from '../../server/store/open-store.ts'
import type { Store } from '../../server/store/store.ts'

/** A real store in a folder of its own, gone afterwards. */
export interface TemporaryStore extends AsyncDisposable {
  readonly store: Store
}

export async function openTemporaryStore(): Promise<TemporaryStore> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'companions-store-'))
  const store = await openStore(`sqlite:${path.join(folder, 'store.db')}`)
  await store.migrate()
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
