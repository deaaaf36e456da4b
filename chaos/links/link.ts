import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Lane, type Watch } from './lane.ts'

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
export type Watches = () => { readonly out: Watch; readonly back: Watch }

interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly lanes: readonly Lane[]
}

/** Opens a way to `target` on loopback. `watches` may look at, change and hold what passes. */
export async function openLink(target: number, watches?: Watches): Promise<Link> {
  const pairs = new Set<Pair>()
  let frozen = false
  let bytesPerSecond: number | undefined
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: link.target, host: '127.0.0.1', noDelay: true })
    const watch = watches?.()
    const lanes = [new Lane(near, far, watch?.out), new Lane(far, near, watch?.back)]
    const pair = { near, far, lanes }
    pairs.add(pair)
    for (const lane of lanes) lane.set({ frozen, bytesPerSecond })
    for (const socket of [near, far]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => tellOther(pair))
    }
  })
  /** While frozen the other side must not hear of an end. */
  const tellOther = (pair: Pair) => {
    if (frozen) return
    pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }
  const setAll = () => {
    for (const { lanes } of pairs) for (const lane of lanes) lane.set({ frozen, bytesPerSecond })
  }
  const cut = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    pairs.clear()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    target,
    cut,
    freeze: () => {
      frozen = true
      setAll()
    },
    thaw: () => {
      frozen = false
      setAll()
      for (const pair of pairs) if (pair.near.destroyed || pair.far.destroyed) tellOther(pair)
    },
    slow: (rate) => {
      bytesPerSecond = rate
      setAll()
    },
    [Symbol.asyncDispose]: async () => {
      cut()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
  return link
}
