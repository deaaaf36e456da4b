import type { TSchema } from 'typebox'

/** Paths of all fields below a schema that take an id of that form, such as `resume.request_id`. */
export function idFieldsOf(schema: TSchema, form: TSchema): string[] {
  return pathsIn(schema, (form as Node).pattern).map((path) => path.join('.'))
}

interface Node {
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

function pathsIn(
  { pattern, properties = {}, items, anyOf = [] }: Node,
  wanted: string | undefined,
): string[][] {
  const here = pattern !== undefined && pattern === wanted ? [[]] : []
  const inside = [...anyOf, ...(items === undefined ? [] : [items])].flatMap((node) => pathsIn(node, wanted))
  const below = Object.entries(properties).flatMap(([name, node]) =>
    pathsIn(node, wanted).map((path) => [name, ...path]),
  )
  return [...here, ...inside, ...below]
}
