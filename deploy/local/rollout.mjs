// What `npm run rollout` runs, on any Node from 20: brings what new code needs, then has the running home replace its
// hub and its worker while they serve.
import { resolve } from 'node:path'
import { askRollout, runningSupervisor } from './ask-rollout.mjs'
import { bootstrap } from './bootstrap.mjs'
import { readEnvironment } from './environment-file.mjs'
import { projectRoot } from './project-root.mjs'

try {
  const say = (/** @type {string} */ line) => console.log(line)
  const environment = readEnvironment(projectRoot, process.env)
  const dataPath = resolve(projectRoot, environment.DATA_DIR || 'data')
  runningSupervisor(dataPath)
  await bootstrap({ root: projectRoot, parts: [], environment, say })
  const { succeeded, lines } = await askRollout(dataPath, say)
  for (const line of lines) say(line)
  process.exitCode = succeeded ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
