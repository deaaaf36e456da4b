import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHubProcess } from '../testing/house/house-processes.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { startNatsServer } from '../testing/servers/nats-server.ts'
import { readLoop, watchedLoop } from './measure/loop-delay.ts'

export interface HubPair extends AsyncDisposable {
  readonly natsUrl: string
  readonly first: { readonly origin: string }
  readonly second: { readonly origin: string; readonly loop: ReturnType<typeof readLoop> }
  /** SIGKILL. */
  killFirst(): void
}

/** Two hubs on one bus and one store. */
export async function startHubPair(): Promise<HubPair> {
  await using starting = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'companions-bench-'))
  starting.defer(() => rm(dir, { recursive: true, force: true }))
  const nats = await startNatsServer()
  starting.defer(() => nats.stop())
  const start = async () => {
    const port = await findFreePort()
    const origin = `http://127.0.0.1:${port}`
    const own = { PORT: String(port), DATA_DIR: dir, NATS_URL: nats.url, LOG_LEVEL: 'info' }
    const environment = { ...own, ...watchedLoop }
    const hub = starting.use(await startHubProcess(origin, environment))
    return { origin, hub }
  }
  const [first, second] = [await start(), await start()]
  const parts = starting.move()
  return {
    natsUrl: nats.url,
    first,
    second: { ...second, loop: readLoop(second.hub) },
    killFirst: () => first.hub.signal('SIGKILL'),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
