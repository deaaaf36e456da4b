// What `npm start` runs, on any Node from 20: brings what is missing, then hands over to the supervisor.
import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { readEnvironment } from './environment-file.mjs'
import { handOver } from './hand-over.mjs'
import { projectRoot } from './project-root.mjs'

try {
  const environment = readEnvironment(projectRoot, process.env)
  const node = await bootstrap({
    root: projectRoot,
    parts: environment.NATS_URL ? [] : ['nats-server'],
    environment,
    say: (line) => console.log(line),
  })
  const supervisor = join(projectRoot, 'deploy/local/main.ts')
  handOver(node, supervisor, process.argv.slice(2), projectRoot)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
