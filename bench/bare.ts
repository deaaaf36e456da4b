import { startNatsServer } from '../testing/servers/nats-server.ts'
import type { BareReader } from './processes/bare-reader.ts'
import type { BareSockets } from './processes/bare-sockets.ts'
import { startChild } from './processes/child.ts'

/** The least that carries a token from a backend over NATS to a browser, to be held beside the home. */
export interface Bare {
  /** Where its sockets are; the path is the subject. */
  readonly url: string
  readonly pids: Readonly<Record<string, number>>
  /** Begins one reply a subject. */
  read(backendUrl: string, prompt: string, subjects: readonly string[]): Promise<void>
  stopReading(): Promise<void>
  stop(): Promise<void>
}

export async function startBare(): Promise<Bare> {
  const nats = await startNatsServer()
  const reader = await startChild<BareReader>('bare-reader.ts')
  const sockets = await startChild<BareSockets>('bare-sockets.ts')
  await reader.ask('connect', nats.url)
  const url = await sockets.ask('listen', nats.url)
  return {
    url,
    pids: { reader: reader.pid, sockets: sockets.pid, nats: nats.pid },
    read: (backendUrl, prompt, subjects) => reader.ask('read', { backendUrl, prompt, subjects }),
    stopReading: () => reader.ask('stop'),
    stop: async () => {
      await Promise.all([reader.stop(), sockets.stop()])
      await nats.stop()
    },
  }
}
