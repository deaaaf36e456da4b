import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Lane, type LaneState, type Watch } from './lane.ts'

/** A TCP way between two parts of the house, to break it while both live on. */
export interface Link extends AsyncDisposable {
  /** What the near side connects to. */
  readonly port: number
  /** Where the far side listens; it may move, which new connections follow. */
  target: number
  /** Ends all connections; new ones are taken. */
  cut(): void
  /** Half-open: nothing gets through and nobody is told. `thaw` lets everything through, late. */
  freeze(): void
  thaw(): void
  /** Lets at most so many bytes a second through each way; undefined: all. */
  slow(bytesPerSecond: number | undefined): void
}

/** What looks at each way of a new connection: `out` from the near side to the far one. */
export type Watches = () => { readonly out?: Watch; readonly back?: Watch }

interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly lanes: readonly Lane[]
}

/** Opens a way to `target` on loopback. `watches` may look at, change and hold what passes. */
export async function openLink(target: number, watches?: Watches): Promise<Link> {
  const link = new TcpLink(target, watches)
  await link.listen()
  return link
}

class TcpLink implements Link {
  target: number
  readonly #watches: Watches | undefined
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #state: LaneState = { frozen: false, bytesPerSecond: undefined }

  constructor(target: number, watches: Watches | undefined) {
    this.target = target
    this.#watches = watches
    this.#server = createServer({ noDelay: true }, (near) => this.#take(near))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  cut(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    this.#pairs.clear()
  }

  freeze(): void {
    this.#set({ frozen: true })
  }

  thaw(): void {
    this.#set({ frozen: false })
    for (const pair of this.#pairs) if (pair.near.destroyed || pair.far.destroyed) this.#tellOther(pair)
  }

  slow(bytesPerSecond: number | undefined): void {
    this.#set({ bytesPerSecond })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #take(near: Socket): void {
    const far = connect({ port: this.target, host: '127.0.0.1', noDelay: true })
    const watch = this.#watches?.()
    const pair = { near, far, lanes: [new Lane(near, far, watch?.out), new Lane(far, near, watch?.back)] }
    this.#pairs.add(pair)
    for (const lane of pair.lanes) lane.set(this.#state)
    for (const socket of [near, far]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#tellOther(pair))
    }
  }

  #set(change: Partial<LaneState>): void {
    this.#state = { ...this.#state, ...change }
    for (const { lanes } of this.#pairs) for (const lane of lanes) lane.set(this.#state)
  }

  /** While frozen the other side must not hear of an end. */
  #tellOther(pair: Pair): void {
    if (this.#state.frozen) return
    this.#pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }
}
