/** Bounds that bytes must hold before they are decoded: size, nesting, and elements in all maps and arrays. */
export interface ScanLimits {
  readonly bytes: number
  readonly depth: number
  readonly elements: number
}

/**
 * Walks the headers of one MessagePack value without building anything.
 *
 * Source: the MessagePack specification, "formats". Extension types are refused: the protocol has none.
 *
 * @returns what is wrong, in a few words, or undefined when the bytes are exactly one value within the limits.
 */
export function scan(bytes: Uint8Array, limits: ScanLimits): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const open: number[] = []
  let at = 0
  let elements = 0
  let left = 1
  while (left > 0 || open.length > 0) {
    if (left === 0) {
      left = open.pop() ?? 0
      continue
    }
    left -= 1
    if (at >= bytes.byteLength) return 'it ends too soon'
    const header = readHeader(view, at)
    if (header === undefined) return 'it ends too soon or has a type that is not used here'
    at += header.size
    if (at > bytes.byteLength) return 'it ends too soon'
    if (header.children === 0) continue
    elements += header.children
    if (elements > limits.elements) return 'it has too many elements'
    open.push(left)
    if (open.length > limits.depth) return 'it is nested too deeply'
    left = header.children
  }
  return at === bytes.byteLength ? undefined : 'bytes follow its end'
}

interface Header {
  /** Bytes of the header and, for scalars, of the value. */
  readonly size: number
  /** Values that follow inside; a map of n has 2n. */
  readonly children: number
}

function readHeader(view: DataView, at: number): Header | undefined {
  const byte = view.getUint8(at)
  if (byte <= 0x7f || byte >= 0xe0) return leaf(1)
  if (byte <= 0x8f) return { size: 1, children: 2 * (byte & 0x0f) }
  if (byte <= 0x9f) return { size: 1, children: byte & 0x0f }
  if (byte <= 0xbf) return leaf(1 + (byte & 0x1f))
  const fixed = fixedSizes[byte]
  if (fixed !== undefined) return leaf(fixed)
  const lengthBytes = lengthSizes[byte]
  if (lengthBytes === undefined || at + 1 + lengthBytes > view.byteLength) return undefined
  const length = readLength(view, at + 1, lengthBytes)
  if (byte >= 0xde) return { size: 1 + lengthBytes, children: 2 * length }
  if (byte >= 0xdc) return { size: 1 + lengthBytes, children: length }
  return leaf(1 + lengthBytes + length)
}

const leaf = (size: number): Header => ({ size, children: 0 })

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

function readLength(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at)
  return bytes === 2 ? view.getUint16(at) : view.getUint32(at)
}
