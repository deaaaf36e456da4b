import { changesBetween } from './changes-between.ts'
import { splitAtCommas } from './read-text.ts'
import { isKnownVariable, variableNames } from './variable-names.ts'

/** Most names that are told of; a file that has more is another program's. */
const maxTold = 10

/** Most slips of a name that is still taken for a known one; a short one has fewer. */
const maxChanges = 2

/**
 * Names in `.env` that no setting has, each in a line for people: a slip there would change nothing, and say nothing.
 * What other programs read there (Node, OpenTelemetry, PostgreSQL's client, a proxy's users) is theirs.
 */
export function unknownNames(file: Readonly<Record<string, string | undefined>>): string[] {
  const unknown = Object.keys(file).filter((name) => !isKnownVariable(name) && !foreign.test(name))
  const candidates = candidatesFor(file)
  const lines = unknown.slice(0, maxTold).map((name) => {
    const nearest = nearestOf(name, candidates)
    return `.env has ${name}, which is no setting${nearest === undefined ? '' : `: is ${nearest} meant?`}`
  })
  const more = unknown.length - lines.length
  return more === 0 ? lines : [...lines, `.env has ${more} more names that are no settings`]
}

const foreign =
  /^(?:(?:OTEL|NODE|NPM|UV|PG|LC|SSL|XDG|DOCKER|COMPOSE|POSTGRES)_?.*|(?:HTTPS?|ALL|NO)_PROXY|(?:NO|FORCE)_COLOR|PATH|HOME|LANG|TZ|TMPDIR|DEBUG)$/i

/** Those of the issuers go by the names that the file gives these. */
function candidatesFor({ OIDC_ISSUERS = '' }: Readonly<Record<string, string | undefined>>): string[] {
  const issuers = splitAtCommas(OIDC_ISSUERS).map((slug) => slug.toUpperCase().replaceAll('-', '_'))
  return variableNames.flatMap((name) =>
    name.includes('{NAME}') ? issuers.map((issuer) => name.replace('{NAME}', () => issuer)) : [name],
  )
}

function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  const most = Math.min(maxChanges, Math.floor(name.length / 4))
  const near = candidates
    .map((candidate) => ({ candidate, changes: changesBetween(name.toUpperCase(), candidate) }))
    .filter(({ changes }) => changes <= most)
  return near.sort((left, right) => left.changes - right.changes)[0]?.candidate
}
