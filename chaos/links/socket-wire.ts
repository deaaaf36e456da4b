import { readerOf, type WirePiece, type WireReader } from './wire.ts'

const headEnd = Buffer.from('\r\n\r\n')
/** A frame whose type is looked for is no longer than this, in bytes. */
const longestRead = 512

/**
 * One way of a connection to a hub, towards the browser: once it is a WebSocket (RFC 6455, section 5.2), each frame is a
 * message whose subject is `chat.accepted` where it is that; everything else passes as it comes.
 */
export function socketWire(): WireReader {
  let is: 'unknown' | 'socket' | 'other' = 'unknown'
  return readerOf((bytes) => {
    if (is === 'socket') return cutFrame(bytes)
    if (is === 'other') return { bytes, message: undefined }
    const end = bytes.indexOf(headEnd)
    if (end < 0) return undefined
    is = bytes.toString('latin1', 0, end).startsWith('HTTP/1.1 101') ? 'socket' : 'other'
    return { bytes: bytes.subarray(0, end + headEnd.length), message: undefined }
  })
}

function cutFrame(bytes: Buffer): WirePiece | undefined {
  const short = (bytes[1] ?? 0) & 0x7f
  const head = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < head) return undefined
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  if (bytes.length < head + length) return undefined
  const body = bytes.subarray(head, head + length)
  const isAccepted = length <= longestRead && body.includes('chat.accepted')
  return {
    bytes: bytes.subarray(0, head + length),
    message: isAccepted ? { verb: 'FRAME', subject: 'chat.accepted', body } : undefined,
  }
}
