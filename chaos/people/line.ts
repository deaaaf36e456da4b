import type { WebSocket } from 'ws'
import { addRoute } from './house-socket.ts'
import type { Door } from './person.ts'

/** The way of one page into the house. */
export class Line {
  /** What the page takes for the house's address. */
  readonly url: string
  /** Which hub its connection goes to. */
  hub = -1
  readonly #door: () => Door & { readonly cookie: string }
  readonly #forgetRoute: () => void
  #connection: WebSocket | undefined

  constructor(id: string, door: () => Door & { readonly cookie: string }) {
    this.url = `ws://house/${id}`
    this.#door = door
    this.#forgetRoute = addRoute(this.url, () => this.#route())
  }

  /** Nothing is read for a while. */
  async rest(forMs: number): Promise<void> {
    const connection = this.#connection
    if (connection?.readyState !== connection?.OPEN) return
    connection?.pause()
    await new Promise((resolve) => setTimeout(resolve, forMs))
    connection?.resume()
  }

  /** The network drops it without a word. */
  drop(): void {
    this.#connection?.terminate()
  }

  close(): void {
    this.drop()
    this.#forgetRoute()
  }

  #route() {
    const door = this.#door()
    this.hub = door.hub
    return {
      ...door,
      onSocket: (socket: WebSocket) => {
        this.#connection = socket
      },
    }
  }
}
