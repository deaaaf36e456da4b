import { Encoder, decode as unpack } from '@msgpack/msgpack'
import { CodedError } from './errors.ts'
import { type ScanLimits, scan } from './scan.ts'
import { wellFormed } from './text.ts'

/** Any value MessagePack can carry here. */
export type Packable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Packable[]
  | { readonly [key: string]: Packable | undefined }

/** One for all: each new one begins with 2 KiB of buffer, and a worker encodes for every token. */
const encoder = new Encoder({ ignoreUndefined: true })

/**
 * Encodes one message or frame; keys whose value is undefined are left out, lone surrogates become U+FFFD.
 *
 * @throws TypeError for what the wire does not carry: dates, functions, bigints, numbers that are not finite. A
 * receiver would refuse them, so they are refused where they are made.
 */
export function encode(value: object): Uint8Array {
  return encoder.encode(carried(value, 0))
}

/** Deepest nesting `encode` takes: enough for every message, and it ends on an object that holds itself. */
const maxEncodeDepth = 16

/** A copy of the value with its texts made well-formed, once it is clear that all in it can travel. */
function carried(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'number':
      if (Number.isFinite(value)) return value
      throw new TypeError('The wire carries finite numbers only')
    case 'boolean':
    case 'undefined':
      return value
    case 'object':
      return value === null || value instanceof Uint8Array ? value : carriedInside(value, depth)
    default:
      throw new TypeError(`The wire does not carry a ${typeof value}`)
  }
}

function carriedInside(value: object, depth: number): unknown {
  if (depth >= maxEncodeDepth) throw new TypeError('The value is nested too deeply')
  if (Array.isArray(value)) return value.map((item) => carried(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('The wire carries plain objects only')
  const copy: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) copy[wellFormed(key)] = carried(inner, depth + 1)
  return copy
}

/**
 * Decodes one message after its bytes were held against `limits` (a 9 KB frame of nested headers can otherwise take
 * 1.5 GB). The result is unchecked data: hold it against its schema next.
 *
 * @throws CodedError `frame_too_large` past `limits.bytes`, `frame_malformed` for anything else that is wrong.
 */
export function decode(bytes: Uint8Array, limits: ScanLimits): unknown {
  if (bytes.byteLength > limits.bytes) throw new CodedError('frame_too_large')
  const flaw = scan(bytes, limits)
  if (flaw !== undefined) throw new CodedError('frame_malformed', flaw)
  try {
    return unpack(bytes, { mapKeyConverter: textKey })
  } catch (cause) {
    throw new CodedError('frame_malformed', undefined, { cause })
  }
}

/** Keys are texts; `__proto__` is refused by the decoder. Where a key stands twice, the last one counts. */
function textKey(key: unknown): string {
  if (typeof key === 'string') return key
  throw new TypeError('A key is not a text')
}

const head = [0x84, ...text('type'), ...text('chat.entry'), ...text('epoch'), 0xcf]
const middle = [...text('seq'), 0xcf]
const blank = new Uint8Array(8)
const epochAt = head.length
const seqAt = epochAt + 8 + middle.length
/** A frame before its entry; `epoch` and `seq` are always written as 64 bits, so it has one length. */
const envelope = Uint8Array.of(...head, ...blank, ...middle, ...blank, ...text('entry'))

/**
 * A `chat.entry` frame around an entry's own bytes, which are copied unread: MessagePack nests by concatenation. Its
 * memory is its own: a slow reader that holds one of a pool's would hold the pool.
 */
export function entryFrame(epoch: number, seq: number, entry: Uint8Array): Uint8Array {
  const frame = new Uint8Array(envelope.length + entry.byteLength)
  frame.set(envelope)
  writeUint64(frame, epochAt, epoch)
  writeUint64(frame, seqAt, seq)
  frame.set(entry, envelope.length)
  return frame
}

const aheadHead = Uint8Array.of(0x82, ...text('type'), ...text('chat.ahead'), ...text('ahead'))

/** A `chat.ahead` frame around the worker's own bytes, made as an entry's frame is. */
export function aheadFrame(ahead: Uint8Array): Uint8Array {
  const frame = new Uint8Array(aheadHead.length + ahead.byteLength)
  frame.set(aheadHead)
  frame.set(ahead, aheadHead.length)
  return frame
}

function writeUint64(frame: Uint8Array, at: number, value: number): void {
  writeUint32(frame, at, Math.floor(value / 2 ** 32))
  writeUint32(frame, at + 4, value % 2 ** 32)
}

function writeUint32(frame: Uint8Array, at: number, value: number): void {
  frame[at] = value >>> 24
  frame[at + 1] = value >>> 16
  frame[at + 2] = value >>> 8
  frame[at + 3] = value
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value)
  return [0xa0 | bytes.length, ...bytes]
}
