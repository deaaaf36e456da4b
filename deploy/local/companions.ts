import { resolve } from 'node:path'
import { needsOwnerLink } from '../../server/accounts/needs-owner-link.ts'
import type { OwnedDataFolder } from './data-folder.ts'
import { ownDataFolder } from './data-folder.ts'
import { openDoor } from './door.ts'
import { describeHomeServices, endWithinMs } from './home-services.ts'
import type { Service } from './keep-running.ts'
import { prepareLocalBus } from './local-bus.ts'
import type { TakeLine } from './log-lines.ts'
import { findNatsServer } from './nats-server-binary.mjs'
import { holdOwnerLink, type OwnerLinkLine } from './owner-link-line.ts'
import { readHomeSettings } from './read-home-settings.ts'
import type { WebAddress } from './web-address.ts'
import { findWebAddress } from './web-address.ts'

export interface Companions {
  /** nats-server (unless NATS_URL names one), the hub and the worker. */
  services: Service[]
  /** The hub and the worker anew, from another environment. @throws when that can't be used */
  renew: (environment: NodeJS.ProcessEnv) => Service[]
  address: WebAddress
  ownerLink: OwnerLinkLine
  dataFolder: OwnedDataFolder
  graceMs: number
}

/**
 * What one home on one machine consists of, from its environment.
 * @throws when it can't be started, with the variable that changes that
 */
export async function describeCompanions(
  root: string,
  environment: NodeJS.ProcessEnv,
  say: TakeLine,
): Promise<Companions> {
  const { hub: config } = readHomeSettings(environment)
  const graceMs = endWithinMs(config)
  const dataPath = resolve(root, config.dataDir)
  const dataFolder = await ownDataFolder(dataPath, 2 * graceMs, say)
  try {
    const address = await findWebAddress(config)
    const { listen } = address
    const bus = environment.NATS_URL ? undefined : await localBus(root, dataPath, environment)
    const ownerLink = holdOwnerLink(needsOwnerLink(config))
    const { showLine: showHubLine } = ownerLink
    const place = { root, dataPath, listen, door: await openDoor(listen), busUrls: bus?.urls, showHubLine }
    const renew = (renewed: NodeJS.ProcessEnv) => describeHomeServices(place, renewed)
    const services = [...(bus ? [bus.service] : []), ...renew(environment)]
    return { services, renew, address, ownerLink, dataFolder, graceMs }
  } catch (error) {
    dataFolder.release()
    throw error
  }
}

async function localBus(root: string, dataFolder: string, environment: NodeJS.ProcessEnv) {
  const command = findNatsServer({ root, environment })
  if (!command) throw new Error('There is no nats-server: `npm start` brings one, or set NATS_URL to yours.')
  const wantsDetails = ['debug', 'trace'].includes(environment.LOG_LEVEL ?? '')
  const { urls, configurationFile } = await prepareLocalBus(dataFolder)
  const service: Service = {
    name: 'bus',
    command,
    args: ['-c', configurationFile],
    environment,
    folder: root,
    // It waits for nobody.
    graceMs: 10_000,
    // nats-server greets with twenty lines, and has no setting for less. Its passwords stand in a file that only their
    // owner reads, and are good on loopback alone.
    showLine: (line) => wantsDetails || !/\[INF\]|Plaintext passwords/.test(line),
  }
  return { urls, service }
}
