import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { connectBus } from '../bus/nats/connection.ts'
import { endAfter } from '../process/end-after.ts'
import { stopMarginMs } from '../process/stop-margin.ts'
import { loadEnvironmentFile } from '../settings/environment-file.ts'
import { ConfigError } from '../settings/read-settings.ts'
import { asLog, createLogger, errorFields, type Logger } from '../telemetry/logger.ts'
import { startTelemetry } from '../telemetry/start.ts'
import { needsOwnerLink } from './accounts/needs-owner-link.ts'
import { offeredAtStart } from './accounts/offered-ways.ts'
import { createOwnerLink } from './accounts/owner-link.ts'
import { addressHere } from './address-here.ts'
import { addressesForOthers } from './addresses-for-others.ts'
import { createApp } from './app.ts'
import { buildAssets } from './assets/build.ts'
import { loadAssets } from './assets/load.ts'
import { type HubConfig, readConfig } from './config.ts'
import type { Rooms } from './house.ts'
import { openMigratedStore } from './open-migrated-store.ts'
import { startAdvice } from './start-advice.ts'
import { readVersion } from './version.ts'

const root = path.join(import.meta.dirname, '..')

// A hub computes little and holds much. Left alone, V8 keeps what thousands of handshakes left behind: measured 26 KiB
// of resident memory for each idle connection instead of 7.
setFlagsFromString('--optimize-for-size')

await run().catch(fail)

/** The hub's process: reads the environment, opens what it needs, listens, and stops on SIGTERM or SIGINT. */
async function run(): Promise<void> {
  const unknown = loadEnvironmentFile()
  const config = readConfig(process.env)
  const logger = createLogger({ process: 'hub', ...config })
  if (unknown.length > 0) logger.warn({ unknown }, 'Names in .env that no setting has')
  // Until it listens nothing is under way that a signal could break.
  let stop = async () => {}
  stopOnSignal(config, logger, () => stop())
  const version = readVersion(process.env)
  const telemetry = await startTelemetry({
    service: 'companions-hub',
    version: version.version,
    environment: process.env,
  })
  const [store, assets] = await Promise.all([openMigratedStore(config, logger), openAssets()])
  const { natsUrl: url, natsReplicas: replicas } = config
  const bus = connectBus({ url, name: 'companions-hub', role: 'hub', replicas, log: asLog(logger) })
  const app = createApp({ config, store, houseId: await store.readId(), bus, assets, version, logger })
  const address = await app.start().catch((error: unknown) => {
    throw toConfigError(error, config)
  })
  stop = async () => {
    await app.close()
    await bus.close()
    await store.close()
    await telemetry.shutdown()
  }
  logger.info({ address }, 'The hub listens')
  for (const advice of startAdvice(config)) logger.warn(advice)
  // Whoever replaces another hub by this one waits for that; it may be gone by now.
  process.send?.('ready', () => {})
  if (needsOwnerLink(config)) await printOwnerLink(app.rooms, address)
}

async function openAssets() {
  const outDir = path.join(root, '.cache', 'assets')
  await buildAssets({ root, outDir })
  return loadAssets(outDir)
}

async function printOwnerLink(rooms: Rooms, address: string) {
  const { config, store, log } = rooms
  // Made also where it is told to nobody: the one that an earlier start left in the log ends with it.
  const link = await createOwnerLink(store.accounts, Date.now())
  if (config.ownerLink === 'auto' && (await store.accounts.anAdminCanComeIn(offeredAtStart(rooms))))
    return log.info('No owner link is printed: an admin has another way in. OWNER_LINK=always prints one')
  const [other] = addressesForOthers(config.host)
  // Cookies are kept by host: the link opens the very address that a person is told to open.
  const origin = `http://${other ?? addressHere(config.host)}:${new URL(address).port || 80}`
  // The one message that is not constant: people must find it in a log of any form.
  log.warn(`One-time owner link: ${config.publicUrl || origin}${link}`)
}

function stopOnSignal(config: HubConfig, logger: Logger, stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, 'The hub stops')
    endAfter(config.drainGraceMs + stopMarginMs)
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(errorFields(error), 'The hub did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
}

/** What keeps the hub from starting is told plainly: mostly a setting. */
function fail(error: unknown): void {
  // OpenTelemetry's variables are no settings of ours: they are refused with a RangeError.
  const isTold = error instanceof ConfigError || error instanceof RangeError
  console.error(`The hub cannot run.\n${isTold ? error.message : ''}`.trimEnd())
  if (!isTold) console.error(error)
  const end = () => process.exit(1)
  // Whoever keeps this hub running need not try again.
  if (isTold && process.send) process.send('refused', end)
  else end()
}

function toConfigError(error: unknown, { host, port }: HubConfig): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new ConfigError(
      `Port ${port} on ${host} is taken by another program. Set PORT (or ADDR) to a free one.`,
    )
  if (code === 'EACCES')
    return new ConfigError(`Port ${port} is not open to this user. Set PORT (or ADDR) to another.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ConfigError(`"${host}" is not an address of this machine. Set HOST (or ADDR) to one that is.`)
  return error
}
