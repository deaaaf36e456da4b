import type { Msg, MsgHdrs } from 'nats'
import { headers } from 'nats'

export type HeaderField = readonly [name: string, value: string]

const utf8 = new TextEncoder()

/**
 * Headers as their bytes, made once for all repeats of a publication: the client's own class costs several times the
 * rest of publishing, and this happens for every entry of every reply.
 *
 * @throws TypeError when a value would break out of its line.
 */
export function fixedHeaders(fields: readonly HeaderField[]): MsgHdrs {
  let text = 'NATS/1.0\r\n'
  for (const [name, value] of fields) {
    if (value.includes('\r') || value.includes('\n')) throw new TypeError('A header value has a line break')
    text += `${name}: ${value}\r\n`
  }
  const bytes = utf8.encode(`${text}\r\n`)
  return Object.assign(headers(), { encode: () => bytes })
}

/** Marks before the two numbers a stream adds to what it republishes. */
export const sequenceMark = Buffer.from('\r\nNats-Sequence: ')
export const lastSequenceMark = Buffer.from('\r\nNats-Last-Sequence: ')

/**
 * A number after `mark` in a message's headers, 0 without one. Read from the bytes: a hub does this for every entry,
 * and the client's parsed headers take ten times as long.
 */
export function readHeaderNumber(message: Msg, mark: Buffer): number {
  const bytes = headerBytes(message)
  if (bytes === undefined) return 0
  const at = bytes.indexOf(mark)
  if (at < 0) return 0
  let number = 0
  for (let index = at + mark.length; ; index += 1) {
    const digit = (bytes[index] ?? 0) - 48
    if (digit < 0 || digit > 9) return number
    number = number * 10 + digit
  }
}

/** The client's message as it keeps it: headers and body in one piece, the headers' length in `_msg.hdr`. */
interface RawMessage {
  readonly _rdata?: Uint8Array
  readonly _msg?: { readonly hdr: number }
}

function headerBytes(message: Msg): Buffer | undefined {
  const { _rdata: bytes, _msg: head }: RawMessage = message as RawMessage
  if (bytes === undefined || head === undefined) return parsedHeaderBytes(message)
  return head.hdr > 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, head.hdr) : undefined
}

/** Should the client keep its messages otherwise one day, its public interface still answers, only slower. */
function parsedHeaderBytes(message: Msg): Buffer | undefined {
  return message.headers === undefined ? undefined : Buffer.from(message.headers.toString())
}

/** The status of an answer without a body (100 to 503), 0 for an ordinary message. */
export const statusOf = (message: Msg): number =>
  message.data.length === 0 ? (message.headers?.code ?? 0) : 0
