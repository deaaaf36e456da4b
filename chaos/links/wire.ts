/** One message as it stands on a wire of the house. */
export interface WireMessage {
  /** How it stands there: a publication, a message, a statement to the store, a frame to a browser. */
  readonly verb: 'PUB' | 'MSG' | 'COMMIT' | 'FRAME'
  /** What it is about: a subject of the bus, what a transaction has written, a frame's type. */
  readonly subject: string
  readonly reply?: string | undefined
  /** Without its headers. */
  readonly body: Buffer
}

/** What stands together on the wire; what is of no interest has no message. */
export interface WirePiece {
  readonly bytes: Buffer
  readonly message: WireMessage | undefined
}

/** Cuts one way of a connection into its pieces, whatever the chunks are. */
export interface WireReader {
  push(chunk: Buffer): WirePiece[]
}

/** @param cutPiece takes the first piece off; undefined: there is no whole one yet. */
export function readerOf(cutPiece: (bytes: Buffer) => WirePiece | undefined): WireReader {
  let rest: Buffer = Buffer.alloc(0)
  return {
    push: (chunk) => {
      const pieces: WirePiece[] = []
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (bytes.length > 0) {
        const piece = cutPiece(bytes)
        if (piece === undefined) break
        bytes = bytes.subarray(piece.bytes.length)
        pieces.push(piece)
      }
      rest = bytes
      return pieces
    },
  }
}
