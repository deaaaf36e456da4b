/**
 * Refuses a token that says it is another kind of token (RFC 8725, section 3.11). One that says nothing is taken: many
 * providers leave the header out.
 *
 * @param known in lower case, without `application/`
 * @throws Error
 */
export function requireType({ typ }: { typ?: unknown }, known: readonly string[]): void {
  if (typ === undefined) return
  const said = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  if (!known.includes(said)) throw new Error('The token is of another type')
}
