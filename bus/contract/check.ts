import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** Holds values against one schema. */
export interface Checker<Value> {
  (value: unknown): value is Value
  /** The first thing wrong with a value, as `path: what is expected`, without the value itself; '' when it is right. */
  flaw(value: unknown): string
}

/**
 * Compiles a schema once for the life of the process. Fields a schema does not name are tolerated and left where they
 * are, so that a newer sender can say more to an older receiver: read the fields you know, and never pass a checked
 * value on whole to where an unknown field could do harm (a query, a template).
 *
 * For servers and workers: the compiler is too large for a browser, and forbidden there by our content policy.
 */
export function checker<Schema extends TSchema>(schema: Schema): Checker<Static<Schema>> {
  const compiled = Compile(schema)
  const check = (value: unknown): value is Static<Schema> => compiled.Check(value)
  return Object.assign(check, { flaw: (value: unknown) => firstFlaw(compiled.Errors(value)) })
}

interface Flaw {
  readonly instancePath: string
  readonly message: string
}

/** In a union every member complains; the first that got furthest into the value is the one that was meant. */
function firstFlaw(flaws: readonly Flaw[]): string {
  const depth = (flaw: Flaw): number => flaw.instancePath.split('/').length
  const [first] = flaws.toSorted((one, other) => depth(other) - depth(one))
  if (first === undefined) return ''
  const path = first.instancePath.slice(1).replaceAll('/', '.')
  return path === '' ? first.message : `${path}: ${first.message}`
}
