// What `npm run chaos` runs, on any Node from 20: brings what is missing, then hands over to the harness.
import { join } from 'node:path'
import { bootstrap } from '../deploy/local/bootstrap.mjs'
import { handOver } from '../deploy/local/hand-over.mjs'
import { projectRoot } from '../deploy/local/project-root.mjs'

try {
  const node = await bootstrap({
    root: projectRoot,
    parts: ['nats-server', 'postgres'],
    environment: process.env,
    say: (line) => console.error(line),
  })
  handOver(node, join(projectRoot, 'chaos/main.ts'), process.argv.slice(2), projectRoot)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
