import { WebSocket } from 'ws'

/** Where a tab's next connection goes, and whose it is. */
export interface Route {
  readonly port: number
  readonly cookie: string
  /** Told of each socket that is made. */
  onSocket(socket: WebSocket): void
}

const routes = new Map<string, () => Route>()

/** From now on the page's own socket class, which knows an address and no more, reaches the house by this route. */
export function addRoute(url: string, route: () => Route): () => void {
  globalThis.WebSocket = HouseSocket as unknown as typeof globalThis.WebSocket
  routes.set(url, route)
  return () => void routes.delete(url)
}

/** What a page takes for the browser's own WebSocket. */
class HouseSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    const find = routes.get(url)
    if (find === undefined) throw new Error(`Nobody lives at ${url}`)
    const { port, cookie, onSocket } = find()
    const origin = `http://127.0.0.1:${port}`
    super(`${origin.replace('http', 'ws')}/ws`, protocol, {
      origin,
      headers: { cookie },
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    // A browser tells a failed connection by its close alone.
    this.on('error', () => undefined)
    onSocket(this)
  }
}
