import { readerOf, type WireMessage, type WirePiece, type WireReader } from './wire.ts'

/** The type byte and the length of a message; the first one of a connection has no type. */
const headBytes = 5

/**
 * One way of a PostgreSQL connection (protocol 3.0), from the client: each `commit` is a message whose subject is all
 * that its transaction said, one statement a line.
 */
export function postgresWire(): WireReader {
  let hasStarted = false
  let said: string[] = []
  return readerOf((bytes) => {
    if (bytes.length < headBytes) return undefined
    const from = hasStarted ? 1 : 0
    const length = from + bytes.readInt32BE(from)
    if (bytes.length < length) return undefined
    const piece = bytes.subarray(0, length)
    const statement = hasStarted ? statementIn(piece) : undefined
    hasStarted = true
    if (statement === undefined) return { bytes: piece, message: undefined }
    if (statement === 'begin') said = []
    const message: WireMessage | undefined =
      statement === 'commit' ? { verb: 'COMMIT', subject: said.join('\n'), body: piece } : undefined
    said.push(statement)
    return { bytes: piece, message } satisfies WirePiece
  })
}

/** The words of a simple query, or of one that is parsed, in small letters. */
function statementIn(piece: Buffer): string | undefined {
  const type = String.fromCharCode(piece[0] ?? 0)
  if (type !== 'Q' && type !== 'P') return undefined
  const parts = piece.toString('utf8', headBytes).split('\0')
  return (type === 'Q' ? parts[0] : parts[1])?.trim().replace(/;$/, '').toLowerCase()
}
