/** Bounds that bytes must hold before they are decoded: size, nesting, and elements in all maps and arrays. */
export interface ScanLimits {
  readonly bytes: number
  readonly depth: number
  readonly elements: number
}

/**
 * Walks the headers of one MessagePack value without building anything, and checks that its strings are UTF-8.
 *
 * Source: the MessagePack specification, "formats". Extension types are refused: the protocol has none.
 *
 * @returns what is wrong, in a few words, or undefined when the bytes are exactly one value within the limits.
 */
export function scan(bytes: Uint8Array, limits: ScanLimits): string | undefined {
  if (bytes.byteLength > limits.bytes) return 'it is too large'
  const cursor = { bytes, at: 0, children: 0 }
  const open: number[] = []
  let elements = 0
  let left = 1
  for (;;) {
    while (left === 0) {
      const outer = open.pop()
      if (outer === undefined) return cursor.at === bytes.byteLength ? undefined : 'bytes follow its end'
      left = outer
    }
    left -= 1
    const flaw = stepOver(cursor)
    if (flaw !== undefined) return flaw
    if (cursor.children === 0) continue
    elements += cursor.children
    if (elements > limits.elements) return 'it has too many elements'
    open.push(left)
    if (open.length > limits.depth) return 'it is nested too deeply'
    left = cursor.children
  }
}

/** Where the walk stands; `children` are the values inside the header last read, twice its length for a map. */
interface Cursor {
  readonly bytes: Uint8Array
  at: number
  children: number
}

const endsTooSoon = 'it ends too soon'

/** Steps over one header and, for a scalar, its value. */
function stepOver(cursor: Cursor): string | undefined {
  const { bytes, at } = cursor
  const byte = bytes[at]
  if (byte === undefined) return endsTooSoon
  cursor.children = 0
  if (byte <= 0x7f || byte >= 0xe0) return advance(cursor, 1)
  if (byte <= 0x9f) {
    cursor.children = byte <= 0x8f ? 2 * (byte & 0x0f) : byte & 0x0f
    return advance(cursor, 1)
  }
  if (byte <= 0xbf) return stepOverText(cursor, 1, byte & 0x1f)
  const fixed = fixedSizes[byte]
  if (fixed !== undefined) return advance(cursor, fixed)
  const lengthBytes = lengthSizes[byte]
  if (lengthBytes === undefined) return 'it has a type that is not used here'
  if (at + 1 + lengthBytes > bytes.byteLength) return endsTooSoon
  const length = readLength(bytes, at + 1, lengthBytes)
  if (byte >= 0xdc) {
    cursor.children = byte >= 0xde ? 2 * length : length
    return advance(cursor, 1 + lengthBytes)
  }
  const size = 1 + lengthBytes
  return byte >= 0xd9 ? stepOverText(cursor, size, length) : advance(cursor, size + length)
}

function advance(cursor: Cursor, size: number): string | undefined {
  cursor.at += size
  return cursor.at > cursor.bytes.byteLength ? endsTooSoon : undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A decoder may turn bytes that are no UTF-8 into lone surrogates or U+FFFD, each in its own way: refused instead. */
function stepOverText(cursor: Cursor, headerSize: number, length: number): string | undefined {
  const start = cursor.at + headerSize
  const flaw = advance(cursor, headerSize + length)
  if (flaw !== undefined || isAscii(cursor.bytes, start, cursor.at)) return flaw
  try {
    utf8.decode(cursor.bytes.subarray(start, cursor.at))
    return undefined
  } catch {
    return 'it has a text that is not UTF-8'
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) > 0x7f) return false
  return true
}

/** nil, false, true, float 32 and 64, uint 8 to 64, int 8 to 64. */
const fixedSizes: Readonly<Record<number, number>> = {
  192: 1,
  194: 1,
  195: 1,
  202: 5,
  203: 9,
  204: 2,
  205: 3,
  206: 5,
  207: 9,
  208: 2,
  209: 3,
  210: 5,
  211: 9,
}

/** bin 8 to 32, str 8 to 32, array 16 and 32, map 16 and 32: bytes of the length that follows. */
const lengthSizes: Readonly<Record<number, number>> = {
  196: 1,
  197: 2,
  198: 4,
  217: 1,
  218: 2,
  219: 4,
  220: 2,
  221: 4,
  222: 2,
  223: 4,
}

function readLength(bytes: Uint8Array, at: number, size: number): number {
  let length = 0
  for (let index = at; index < at + size; index += 1) length = length * 256 + (bytes[index] ?? 0)
  return length
}
