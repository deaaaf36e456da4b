import { openStore } from '../open-store.ts'

/** A hub's start, as far as the store sees it: `node migrate-process.ts <url>`. */
const store = await openStore(process.argv[2] ?? '')
await store.migrate()
await store.ping()
await store.close()
