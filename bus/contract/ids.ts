const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether a value is a UUID in lower case: checked before an id enters a subject or a query. */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && uuidPattern.test(value)

/** Random bits for an owner or an inbox: 96 bits in lower-case hexadecimal. */
export function randomToken(): string {
  return hex(crypto.getRandomValues(new Uint8Array(12)))
}

/** A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits, so ids sort by time. */
export function uuidv7(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, '0')
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  // The version stands in the first of these bytes, the variant in the third.
  bytes[0] = 0x70 | ((bytes[0] ?? 0) & 0x0f)
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f)
  return (time + hex(bytes)).replace(uuidParts, '$1-$2-$3-$4-')
}

const uuidParts = /^(.{8})(....)(....)(....)/

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
