import { wellFormed } from '../../bus/contract/text.ts'
import { toStoreError } from './unavailable.ts'

type Room = Record<string, (...given: never[]) => Promise<unknown>>

/**
 * Puts every method of a room behind the one door of the store: text that comes in is cleaned, errors that go out are
 * ours.
 */
export function behindDoor<T extends object>(room: T): T {
  const methods = Object.entries(room as Room).map(([name, method]) => [name, guarded(method)])
  return Object.fromEntries(methods) as T
}

function guarded(method: Room[string]): Room[string] {
  return async (...given) => {
    try {
      return await method(...(given.map(storable) as never[]))
    } catch (error) {
      throw toStoreError(error)
    }
  }
}

/** PostgreSQL's text can't hold U+0000, and neither database a lone surrogate; both would change what was hashed. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value).replaceAll('\0', '')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null || value instanceof AbortSignal) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)]))
}
