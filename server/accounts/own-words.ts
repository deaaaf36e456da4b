import { truncate, wellFormed, withoutControls } from '../../bus/contract/text.ts'
import { maxNameLength } from './sign-in.ts'

/**
 * A name as somebody typed it, for a person, a key or a device: one line without control characters, of at most
 * `maxNameLength` UTF-16 code units. Undefined where nothing is left of it.
 */
export function nameFrom(typed: string | undefined): string | undefined {
  const line = withoutControls(wellFormed(typed ?? ''))
    .replace(/\s+/g, ' ')
    .trim()
  return line === '' ? undefined : truncate(line, maxNameLength)
}
