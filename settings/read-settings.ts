import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Setting, Variable } from './setting.ts'

/** Settings by the name our code calls them. */
export type SettingTable = Readonly<Record<string, Setting>>

/** What a table's settings are once they are read. */
export type Settings<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Static<Table[Name]['schema']>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Settings that can't be used. The message has a line for each: its name, its value and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads a table's settings. A variable with nothing but spaces counts as absent; of a variable and its aliases the
 * first one set counts.
 *
 * @throws ConfigError naming every variable that can't be used; a secret's value is not shown.
 */
export function readSettings<Table extends SettingTable>(
  table: Table,
  environment: Environment,
): Settings<Table> {
  const flaws: string[] = []
  const values = Object.entries(table).map(([name, setting]) => {
    const value = readSetting(setting, environment)
    if (value instanceof ConfigError) flaws.push(value.message)
    return [name, value]
  })
  if (flaws.length > 0) throw new ConfigError(flaws.join('\n'))
  return Object.fromEntries(values)
}

function readSetting(setting: Setting, environment: Environment): unknown {
  const used = [setting.name, ...setting.aliases].find((name) => (environment[name] ?? '').trim() !== '')
  const text = (used === undefined ? setting.default : (environment[used] ?? '')).trim()
  if (text === '') return setting.absent
  const value = setting.read(text)
  if (value !== undefined && Value.Check(setting.schema, value)) return value
  const shown = setting.secret ? 'a value that is not shown' : JSON.stringify(text)
  return new ConfigError(`${used ?? setting.name} is ${shown}: it takes ${setting.takes}`)
}

/** A table's rows for the README, and for the test that holds it. */
export const variablesOf = (table: SettingTable): readonly Variable[] =>
  Object.values(table).map(({ name, aliases, default: fallback, meaning }) => ({
    name,
    aliases,
    default: fallback,
    meaning,
  }))
