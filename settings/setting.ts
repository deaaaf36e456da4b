import type { TSchema } from 'typebox'
import type { ReadText } from './read-text.ts'

/** One environment variable, as the README's table shows it. */
export interface Variable {
  readonly name: string
  /** Other names it goes by; of all that are set the first counts. */
  readonly aliases: readonly string[]
  /** What holds when it is not set, as one would write it; empty: nothing. */
  readonly default: string
  readonly meaning: string
}

/** A variable with what it takes and how its text is read. */
export interface Setting<Schema extends TSchema = TSchema> extends Variable {
  /** Of the value that was read. */
  readonly schema: Schema
  readonly read: ReadText
  /** What it is when it is not set and has no default. */
  readonly absent: unknown
  /** For the error that refuses something else. */
  readonly takes: string
  /** May hold a password, so that no error repeats it. */
  readonly secret: boolean
}

type Kind<Schema extends TSchema> = Pick<Setting<Schema>, 'schema' | 'read' | 'takes'> & { absent?: unknown }
type Words = Pick<Variable, 'meaning'> & { aliases?: readonly string[]; default?: string; secret?: boolean }

/** Makes settings of one kind: the kind says what they take, the words what each is for. */
export const settingsOf =
  <Schema extends TSchema>({ absent, ...kind }: Kind<Schema>) =>
  (name: string, words: Words): Setting<Schema> => ({
    aliases: [],
    default: '',
    secret: false,
    ...words,
    ...kind,
    name,
    absent,
  })
