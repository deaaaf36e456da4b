import { readerOf, type WireMessage, type WirePiece, type WireReader } from './wire.ts'

const lineEnd = Buffer.from('\r\n')

/** One way of a NATS connection (NATS client protocol), as its lines and messages. */
export const natsWire = (): WireReader => readerOf(cutPiece)

function cutPiece(bytes: Buffer): WirePiece | undefined {
  const end = bytes.indexOf(lineEnd)
  if (end < 0) return undefined
  const line = bytes.toString('latin1', 0, end)
  const head = readHead(line)
  if (head === undefined)
    return { bytes: withoutOtherServers(line, bytes.subarray(0, end + 2)), message: undefined }
  const bodyEnd = end + 2 + head.totalBytes
  if (bytes.length < bodyEnd + 2) return undefined
  const { verb, subject, reply } = head
  const body = bytes.subarray(end + 2 + head.headerBytes, bodyEnd)
  return { bytes: bytes.subarray(0, bodyEnd + 2), message: { verb, subject, reply, body } }
}

interface Head {
  readonly verb: WireMessage['verb']
  readonly subject: string
  readonly reply: string | undefined
  readonly headerBytes: number
  readonly totalBytes: number
}

function readHead(line: string): Head | undefined {
  const [word = '', subject = '', ...rest] = line.split(/\s+/)
  const verb = verbs[word.toUpperCase()]
  if (verb === undefined) return undefined
  const hasHeaders = word.length > 3 && word.toUpperCase().startsWith('H')
  const totalBytes = Number(rest.pop())
  const headerBytes = hasHeaders ? Number(rest.pop()) : 0
  // A MSG names its subscription before the reply.
  if (verb === 'MSG') rest.shift()
  return { verb, subject, reply: rest[0], headerBytes, totalBytes }
}

const verbs: Readonly<Record<string, WireMessage['verb']>> = {
  PUB: 'PUB',
  HPUB: 'PUB',
  MSG: 'MSG',
  HMSG: 'MSG',
}

/** A clustered server names the others in its INFO, and a client that took them would go round its link. */
function withoutOtherServers(line: string, bytes: Buffer): Buffer {
  if (!line.startsWith('INFO ')) return bytes
  const padding = (text: string) => text.padEnd(bytes.length - 'INFO '.length - lineEnd.length)
  const { connect_urls: _others, ...info } = JSON.parse(line.slice('INFO '.length)) as Record<string, unknown>
  return Buffer.from(`INFO ${padding(JSON.stringify(info))}\r\n`)
}
