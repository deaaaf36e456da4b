import { resolve } from 'node:path'
import { readStoreUrl } from '../../server/config.ts'
import { backUpSqlite } from '../../server/store/back-up-sqlite.ts'
import { placeOf } from '../../server/store/store-place.ts'
import { readEnvironment } from './environment-file.mjs'
import { projectRoot } from './project-root.mjs'

// Ends with 0 when the file is a backup, with 1 when it could not be made, with 2 when this is not the way to one.
try {
  process.exitCode = run(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
// A channel to the bootstrap would keep us.
process.exit()

function run([target, ...more]: string[]): number {
  const place = placeOf(readStoreUrl(readEnvironment(projectRoot, process.env)))
  if (place.kind === 'postgres') {
    console.error(
      'The store is PostgreSQL: back it up with its own pg_dump, from the database of DATABASE_URL.',
    )
    return 2
  }
  if (target === undefined || more.length > 0) {
    console.error('Name one new file for the backup: npm run backup -- FILE')
    return 2
  }
  const path = resolve(projectRoot, place.path)
  const bytes = backUpSqlite(path, target)
  console.log(`${path} is backed up in ${target} (${bytes.toLocaleString('en')} bytes).`)
  return 0
}
