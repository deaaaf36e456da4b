import type { FastifyInstance } from 'fastify'

/** One route as an attacker would call it. */
export interface Route {
  readonly method: string
  /** With parameters: `/c/:id/title`. */
  readonly path: string
}

/** Every route there is, read from Fastify's own table, so that a new one is attacked from its first day. */
export function routesOf(app: FastifyInstance): Route[] {
  const branch: string[] = []
  const routes: Route[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods = ''] =
      /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? []
    if (part === '') continue
    branch.splice(indent.length / 4, Number.POSITIVE_INFINITY, part)
    for (const method of methods.split(', ').filter(Boolean)) routes.push({ method, path: branch.join('') })
  }
  return routes
}

export const isUnsafe = ({ method }: Route): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** The path with a value for each parameter; `*` becomes a name that is nowhere. */
export const filled = ({ path }: Route, values: Readonly<Record<string, string>>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? 'none').replace('*', 'none')
