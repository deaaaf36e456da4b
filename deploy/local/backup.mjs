// What `npm run backup -- FILE` runs, on any Node from 20: brings what is missing, then hands over to the backup.
import { join, resolve } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { readEnvironment } from './environment-file.mjs'
import { handOver } from './hand-over.mjs'
import { projectRoot } from './project-root.mjs'

try {
  const node = await bootstrap({
    root: projectRoot,
    parts: [],
    environment: readEnvironment(projectRoot, process.env),
    say: (line) => console.log(line),
  })
  // npm goes to the project's folder first, and says where it was called.
  const files = process.argv.slice(2).map((file) => resolve(process.env.INIT_CWD ?? '.', file))
  handOver(node, join(projectRoot, 'deploy/local/backup.ts'), files, projectRoot)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
