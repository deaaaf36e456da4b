import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hubVariables } from '../server/config.ts'
import type { Variable } from '../settings/setting.ts'
import { telemetryVariables } from '../telemetry/variables.ts'
import { workerVariables } from '../workers/config.ts'
import { startVariables } from './start-variables.ts'

/** A variable with the processes that read it. */
export interface ReadVariable extends Variable {
  readonly readBy: 'hub' | 'worker' | 'both'
}

/** Every variable of both processes once, the hub's first, in the order of their tables. */
export function readVariables(): readonly ReadVariable[] {
  const isRead = (by: readonly Variable[], name: string) => by.some((variable) => variable.name === name)
  const hub = hubVariables.map((variable) => {
    const readBy: ReadVariable['readBy'] = isRead(workerVariables, variable.name) ? 'both' : 'hub'
    return { ...variable, readBy }
  })
  const worker = workerVariables
    .filter(({ name }) => !isRead(hubVariables, name))
    .map((variable) => ({ ...variable, readBy: 'worker' as const }))
  return [...hub, ...worker]
}

/** The README with its tables made anew. */
export function withTables(page: string): string {
  const tables = {
    variables: variableTable(),
    'telemetry-variables': telemetryTable(),
    'start-variables': startTable(),
  }
  return Object.entries(tables).reduce((made, [name, text]) => between(made, name, text), page)
}

function variableTable(): string {
  const rows = readVariables().map(({ name, aliases, default: value, readBy, meaning }) => [
    [name, ...aliases].map(asCode).join(', '),
    value === '' ? '' : asCode(value),
    readBy,
    meaning,
  ])
  return table([['variable, other names', 'default', 'read by', 'meaning'], ...rows])
}

function telemetryTable(): string {
  const rows = telemetryVariables.map(({ name, aliases, meaning }) => [
    [name, ...aliases].map(asCode).join(', '),
    meaning,
  ])
  return table([['variable, for traces alone', 'meaning'], ...rows])
}

const startTable = (): string =>
  table([['variable', 'meaning'], ...startVariables.map(({ name, meaning }) => [asCode(name), meaning])])

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

const asCode = (text: string): string => `\`${text}\``

/** @throws when the page does not have the two marks, which are comments. */
function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = page.split(`${begin}\n`)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${begin} … ${end}`)
  return `${before}${begin}\n${text}\n${end}${after}`
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '../README.md')
  await writeFile(file, withTables(await readFile(file, 'utf8')))
}
