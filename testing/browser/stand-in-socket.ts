import { decode, encode } from '@msgpack/msgpack'
import type { ClientFrame, HubFrame, Welcome } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'

/** The browser's end of a socket, without a network: a test is its hub. */
export class StandInSocket {
  static readonly all: StandInSocket[] = []
  static get last(): StandInSocket {
    const last = StandInSocket.all.at(-1)
    if (last === undefined) throw new Error('No socket was opened')
    return last
  }

  readonly url: string
  readonly protocol: string
  readonly sent: ClientFrame[] = []
  isClosed = false
  binaryType = 'blob'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null

  constructor(url: string, protocol: string) {
    this.url = url
    this.protocol = protocol
    StandInSocket.all.push(this)
  }

  send(bytes: Uint8Array): void {
    this.sent.push(decode(bytes) as ClientFrame)
  }

  close(): void {
    this.isClosed = true
  }

  /** The network lets it through. */
  open(): void {
    this.onopen?.()
  }

  /** The hub says something. */
  say(frame: HubFrame): void {
    this.sayBytes(encode(frame))
  }

  sayBytes(bytes: Uint8Array): void {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer })
  }

  /** The hub or the network ends it. */
  end(code: number): void {
    this.isClosed = true
    this.onclose?.({ code })
  }
}

export const welcomeFrame = (heartbeat_ms = 25_000): Welcome => ({
  type: 'welcome',
  user: { id: uuidv7(), name: 'guest' },
  hub: 'hub',
  version: '1',
  epoch: 1,
  heartbeat_ms,
  limits: { message_length: 32_000, frame_bytes: 262_144 },
})
