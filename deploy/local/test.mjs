// What `npm test` runs, on any Node from 20: brings what is missing, then hands over to the checks and tests.
import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { handOver } from './hand-over.mjs'
import { projectRoot } from './project-root.mjs'

try {
  const node = await bootstrap({
    root: projectRoot,
    parts: ['nats-server', 'postgres', 'chromium'],
    environment: process.env,
    say: (line) => console.log(line),
  })
  handOver(node, join(projectRoot, 'deploy/local/test.ts'), process.argv.slice(2), projectRoot)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
