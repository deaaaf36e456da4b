import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './project-root.mjs'
import { runCommand } from './run-command.mjs'

// Types and lint, then the tests; `npm test -- path` runs the tests of that file or folder alone.
const NOT_OURS = ['**/node_modules/**', '.tools/**', '.cache/**', 'data/**']
const PROJECTS = ['tsconfig.json', 'tsconfig.test.json', 'web/tsconfig.json', 'web/tsconfig.test.json']
// Two at once: a test file starts servers and browsers of its own.
const RUNNER = [
  ...['--test', '--test-concurrency=2', '--test-timeout=300000'],
  `--import=${join(projectRoot, 'deploy/local/bound-test-file.ts')}`,
]
const REPORTERS = [
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  `--test-reporter=${join(projectRoot, 'deploy/local/refuse-skipped.ts')}`,
  '--test-reporter-destination=stderr',
]

const args = process.argv.slice(2)
const environment = testEnvironment()
// Whoever started us is gone: so are the readers of what we print.
process.once('disconnect', () => process.exit(1))
process.channel?.unref()

const paths = args.filter(exists)
const options = args.filter((arg) => !exists(arg))
const clean = args.length > 0 || (await checkSource())
process.exitCode = clean ? await runTests() : 1

async function checkSource(): Promise<boolean> {
  const started = performance.now()
  const bin = (name: string) => join(projectRoot, 'node_modules/.bin', name)
  const checks = [
    ...PROJECTS.map((project) => [bin('tsc'), '-p', project]),
    [bin('biome'), 'check', '--error-on-warnings', '--colors=off', '.'],
  ]
  const outcomes = await Promise.allSettled(
    checks.map(([command = '', ...rest]) =>
      runCommand(command, rest, { timeoutMs: 300_000, folder: projectRoot, environment }),
    ),
  )
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
  for (const { reason } of failures) console.error(reason instanceof Error ? reason.message : reason)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(failures.length > 0 ? 'No test was run.' : `Types and lint are clean (${seconds} s).`)
  return failures.length === 0
}

async function runTests(): Promise<number> {
  const files = testFiles(paths)
  if (files.length === 0) {
    console.error(`There is no test in ${paths.join(', ')}.`)
    return 1
  }
  const runner = spawn(process.execPath, [...RUNNER, ...REPORTERS, ...options, ...files], {
    cwd: projectRoot,
    env: environment,
    stdio: 'inherit',
  })
  process.once('exit', () => runner.kill('SIGTERM'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => runner.kill(signal))
  const [code] = await once(runner, 'exit')
  return typeof code === 'number' ? code : 1
}

function testFiles(wanted: string[]): string[] {
  const patterns = wanted.map((path) => (statSync(path).isDirectory() ? join(path, '**/*.test.ts') : path))
  return globSync(patterns.length > 0 ? patterns : '**/*.test.ts', {
    cwd: projectRoot,
    exclude: NOT_OURS,
  }).sort()
}

/** Hundreds of processes load the same modules: each is compiled once a run, and what that made goes with the run. */
function testEnvironment(): NodeJS.ProcessEnv {
  const compiled = mkdtempSync(join(tmpdir(), 'companions-compiled-'))
  process.once('exit', () => rmSync(compiled, { recursive: true, force: true }))
  const plain = process.env.CI ? { NO_COLOR: '1', FORCE_COLOR: undefined } : {}
  return { ...process.env, NODE_COMPILE_CACHE: compiled, ...plain }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
