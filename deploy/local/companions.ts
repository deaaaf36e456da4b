import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readSettings } from '../../settings/read-settings.ts'
import { sharedSettings } from '../../settings/shared-settings.ts'
import type { OwnedDataFolder } from './data-folder.ts'
import { ownDataFolder } from './data-folder.ts'
import type { Service } from './keep-running.ts'
import { prepareLocalBus } from './local-bus.ts'
import { findNatsServer } from './nats-server-binary.mjs'
import type { WebAddress } from './web-address.ts'
import { findWebAddress } from './web-address.ts'

export interface Companions {
  /** nats-server (unless NATS_URL names one), the hub and the worker. */
  services: Service[]
  address: WebAddress
  dataFolder: OwnedDataFolder
  graceMs: number
}

/**
 * What one home on one machine consists of, from its environment.
 * @throws when it can't be started, with the variable that changes that
 */
export async function describeCompanions(root: string, environment: NodeJS.ProcessEnv): Promise<Companions> {
  const { drainGraceMs: graceMs } = readSettings({ drainGraceMs: sharedSettings.drainGraceMs }, environment)
  const path = resolve(root, environment.DATA_DIR || 'data')
  const dataFolder = await ownDataFolder(path, 2 * graceMs)
  try {
    const address = await findWebAddress(environment)
    const bus = environment.NATS_URL ? undefined : await localBus(root, path, environment)
    const common = { ...environment, DATA_DIR: path }
    const busOf = (role: 'hub' | 'worker') => ({ NATS_URL: environment.NATS_URL || bus?.urls[role] })
    const node = (script: string, more: NodeJS.ProcessEnv = {}) => ({
      command: process.execPath,
      args: [join(root, script)],
      environment: { ...common, ...more },
      folder: root,
    })
    const hub = {
      name: 'hub',
      ...node('server/main.ts', { ADDR: address.listen, ...busOf('hub') }),
      ...assets(root, node),
    }
    const services = [
      ...(bus ? [bus.service] : []),
      { ...hub, isReady: () => answersReady(address) },
      { name: 'worker', ...node('workers/main.ts', busOf('worker')) },
    ]
    return { services, address, dataFolder, graceMs }
  } catch (error) {
    dataFolder.release()
    throw error
  }
}

/** What browsers are given is made before the hub serves it. */
function assets(
  root: string,
  node: (script: string) => Service['preparation'],
): Pick<Service, 'preparation'> {
  const script = 'server/assets/build.ts'
  const preparation = existsSync(join(root, script)) ? node(script) : undefined
  return preparation ? { preparation } : {}
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
    // nats-server greets with twenty lines, and has no setting for less.
    showLine: (line) => wantsDetails || !line.includes('[INF]'),
  }
  return { urls, service }
}

async function answersReady({ listen }: WebAddress): Promise<boolean> {
  // An address that stands for all of them is no address to call.
  const host = listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')
  const response = await fetch(`http://${host}/readyz`, { signal: AbortSignal.timeout(1_000) })
  await response.body?.cancel()
  return response.status === 200
}
