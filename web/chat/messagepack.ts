import type { HubFrame } from '../../bus/contract/frames.ts'

/**
 * MessagePack as the browser's socket needs it: maps with text keys, arrays, text, whole and broken numbers, bytes,
 * true, false and nil. The package that the other end uses would be a third of all code before the first message, so
 * this is written out here, and held to the same golden vectors.
 *
 * Source: the MessagePack specification, "formats". Extension types are refused: the protocol has none.
 */

const utf8 = new TextEncoder()
const text = new TextDecoder('utf-8', { fatal: true })

/** Encodes one frame; keys whose value is undefined are left out. */
export function encode(frame: object): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  write(bytes, frame)
  return new Uint8Array(bytes)
}

function write(bytes: number[], value: unknown): void {
  if (value === null || value === undefined) bytes.push(0xc0)
  else if (typeof value === 'boolean') bytes.push(value ? 0xc3 : 0xc2)
  else if (typeof value === 'number') writeNumber(bytes, value)
  else if (typeof value === 'string') writeText(bytes, value)
  else if (value instanceof Uint8Array) {
    writeHeader(bytes, value.length, [0, -1, 0xc5, 0xc6, 0xc4])
    for (const byte of value) bytes.push(byte)
  } else if (Array.isArray(value)) {
    writeHeader(bytes, value.length, [0x90, 15, 0xdc, 0xdd])
    for (const item of value) write(bytes, item)
  } else writeMap(bytes, value as object)
}

function writeMap(bytes: number[], value: object): void {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  writeHeader(bytes, entries.length, [0x80, 15, 0xde, 0xdf])
  for (const [key, item] of entries) {
    writeText(bytes, key)
    write(bytes, item)
  }
}

function writeText(bytes: number[], value: string): void {
  const encoded = utf8.encode(value)
  writeHeader(bytes, encoded.length, [0xa0, 31, 0xda, 0xdb, 0xd9])
  for (const byte of encoded) bytes.push(byte)
}

/** A length in its shortest form: in the header's byte up to `most`, else in one, two or four bytes. */
function writeHeader(
  bytes: number[],
  length: number,
  [short, most, two, four, one]: [number, number, number, number, number?],
): void {
  if (length <= most) bytes.push(short | length)
  else if (one !== undefined && length < 2 ** 8) bytes.push(one, length)
  else if (length < 2 ** 16) writeWhole(bytes, two, length, 2)
  else writeWhole(bytes, four, length, 4)
}

function writeNumber(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < -32) writeFloat(bytes, value)
  else if (value < 128) bytes.push(value & 0xff)
  else if (value < 2 ** 8) writeWhole(bytes, 0xcc, value, 1)
  else if (value < 2 ** 16) writeWhole(bytes, 0xcd, value, 2)
  else if (value < 2 ** 32) writeWhole(bytes, 0xce, value, 4)
  else writeWhole(bytes, 0xcf, value, 8)
}

function writeWhole(bytes: number[], header: number, value: number, size: number): void {
  bytes.push(header)
  for (let at = size - 1; at >= 0; at -= 1) bytes.push(Math.floor(value / 2 ** (8 * at)) & 0xff)
}

function writeFloat(bytes: number[], value: number): void {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  bytes.push(0xcb, ...new Uint8Array(view.buffer))
}

/** @returns the hub's frame, or undefined where the bytes are none. */
export function frameIn(data: ArrayBuffer): HubFrame | undefined {
  try {
    const frame = decode(new Uint8Array(data)) as HubFrame | null
    return frame?.type ? frame : undefined
  } catch {
    return undefined
  }
}

/**
 * Decodes one frame. Numbers past 2^53 lose their last digits.
 *
 * @throws RangeError or TypeError for anything but exactly one value.
 */
export function decode(bytes: Uint8Array): unknown {
  const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 }
  const value = read(source)
  if (source.at !== bytes.byteLength) throw new RangeError('Bytes follow the end')
  return value
}

/** What is read, and where the next value begins in it. */
interface Source {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
}

function read(source: Source): unknown {
  const head = readWhole(source, 1)
  if (head < 0x80) return head
  if (head < 0x90) return readMap(source, head & 15)
  if (head < 0xa0) return readList(source, head & 15)
  if (head < 0xc0) return readText(source, head & 31)
  if (head >= 0xe0) return head - 256
  return readLong(source, head)
}

/** A value of which its first byte has nothing, or in how many bytes its number or length follows. */
function readLong(source: Source, head: number): unknown {
  if (head === 0xc0) return null
  if (head === 0xc2 || head === 0xc3) return head === 0xc3
  if (head >= 0xc4 && head <= 0xc6) return take(source, readWhole(source, 2 ** (head - 0xc4)))
  if (head === 0xca) return source.view.getFloat32(advance(source, 4))
  if (head === 0xcb) return source.view.getFloat64(advance(source, 8))
  if (head >= 0xcc && head <= 0xcf) return readWhole(source, 2 ** (head - 0xcc))
  if (head >= 0xd0 && head <= 0xd3) return readWhole(source, 2 ** (head - 0xd0), true)
  if (head >= 0xd9 && head <= 0xdb) return readText(source, readWhole(source, 2 ** (head - 0xd9)))
  if (head === 0xdc || head === 0xdd) return readList(source, readWhole(source, head === 0xdc ? 2 : 4))
  if (head === 0xde || head === 0xdf) return readMap(source, readWhole(source, head === 0xde ? 2 : 4))
  throw new TypeError('A type that is not used here')
}

const readText = (source: Source, size: number): string => text.decode(take(source, size))

function readList(source: Source, length: number): unknown[] {
  const items: unknown[] = []
  while (items.length < length) items.push(read(source))
  return items
}

function readMap(source: Source, length: number): Record<string, unknown> {
  const entries: [string, unknown][] = []
  while (entries.length < length) entries.push([String(read(source)), read(source)])
  return Object.fromEntries(entries)
}

/** A signed one begins at -1 where its highest bit is set, which stands for all bits before it. */
function readWhole(source: Source, size: number, isSigned = false): number {
  const bytes = take(source, size)
  let sum = isSigned && (bytes[0] ?? 0) > 127 ? -1 : 0
  for (const byte of bytes) sum = sum * 256 + byte
  return sum
}

function take(source: Source, size: number): Uint8Array {
  const from = advance(source, size)
  return source.bytes.subarray(from, from + size)
}

/** @returns where the source was before. */
function advance(source: Source, size: number): number {
  source.at += size
  if (source.at > source.bytes.byteLength) throw new RangeError('It ends too soon')
  return source.at - size
}
