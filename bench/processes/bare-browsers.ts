import { once } from 'node:events'
import { decode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { Receiver } from './receiver.ts'

/** Sockets of the bare relay, one a stream. */
export class BareBrowsers {
  readonly receiver = new Receiver()
  #sockets: WebSocket[] = []

  async open(url: string, subjects: readonly string[]): Promise<void> {
    for (const subject of subjects) {
      const socket = new WebSocket(`${url}/${subject}`, { perMessageDeflate: false })
      let begun = false
      socket.on('message', (data: Uint8Array) => {
        const frame = decode(data) as { type: string; content?: string }
        if (!begun) this.receiver.change(1)
        begun = frame.type !== 'done'
        if (begun) this.receiver.take(frame.content ?? '')
        else this.receiver.change(-1)
      })
      await once(socket, 'open')
      this.#sockets.push(socket)
    }
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.terminate()
  }
}
