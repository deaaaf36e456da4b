import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stopMarginMs } from '../../process/stop-margin.ts'
import type { HubConfig } from '../../server/config.ts'
import type { Door } from './door.ts'
import type { Service } from './keep-running.ts'
import type { LocalBus } from './local-bus.ts'
import { readHomeSettings } from './read-home-settings.ts'

/** What hub and worker get from the start on, and keep when they are replaced. */
export interface HomePlace {
  root: string
  dataPath: string
  /** `host:port` of the hub, and the same as a socket that it takes over. */
  listen: string
  door: Door | undefined
  /** Of the bus that was started with them, if one was. */
  busUrls: LocalBus['urls'] | undefined
  showHubLine: (line: string) => boolean
}

// The services end by themselves, in the end by force; only what can't even do that is killed.
const AFTER_FORCE_MS = 2_000

/** How long services have to end, in milliseconds. */
export const endWithinMs = ({ drainGraceMs }: Pick<HubConfig, 'drainGraceMs'>): number =>
  drainGraceMs + stopMarginMs + AFTER_FORCE_MS

/**
 * The hub and the worker as an environment wants them now: these two can be replaced while they serve.
 * @throws when the environment says something that can't be used
 */
export function describeHomeServices(place: HomePlace, environment: NodeJS.ProcessEnv): Service[] {
  const { root, dataPath, listen, door, busUrls, showHubLine } = place
  const common = { ...environment, DATA_DIR: dataPath }
  const busOf = (role: 'hub' | 'worker') => ({ NATS_URL: environment.NATS_URL || busUrls?.[role] })
  const graceMs = endWithinMs(readHomeSettings(environment).hub)
  const node = (script: string, more: NodeJS.ProcessEnv = {}) => ({
    command: process.execPath,
    args: [join(root, script)],
    environment: { ...common, ...more },
    folder: root,
  })
  const atDoor = door ? { LISTEN_FD: '3' } : {}
  const assets = 'server/assets/build.ts'
  const hub: Service = {
    name: 'hub',
    ...node('server/main.ts', { ADDR: listen, ...busOf('hub'), ...atDoor }),
    // What browsers are given is made before the hub serves it.
    ...(existsSync(join(root, assets)) && { preparation: node(assets) }),
    doorFd: door?.fd,
    saysReady: true,
    showLine: showHubLine,
    graceMs,
  }
  // It waits for its bus, and perhaps for its models, while people can already write.
  const worker: Service = {
    name: 'worker',
    ...node('workers/main.ts', busOf('worker')),
    saysReady: true,
    mayBeLate: true,
    graceMs,
  }
  return [hub, worker]
}
