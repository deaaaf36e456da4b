import type { NatsConnection } from 'nats'
import { consumers, type StreamSpec, streams, workerConsumers, workerStreams } from '../contract/streams.ts'
import { ApiFailure, apiCodes, callApi } from './api.ts'
import type { Log } from './log.ts'

export interface StreamSettings {
  /** Whether this process makes what is missing and updates what differs, as hubs do; workers wait for it. */
  readonly makes: boolean
  /** Copies in a cluster. Absent: 1 for a new stream, and an existing one keeps its own. */
  readonly replicas: 1 | 3 | undefined
  /** Multiplies the table's byte limits. */
  readonly maxBytesScale: number
  readonly log: Log
}

/**
 * Sees to it that the streams and durable consumers stand.
 *
 * @returns when each stream was created, in Unix milliseconds: its epoch.
 * @throws ApiFailure, also when something is missing that others are to make.
 */
export const standOnStreams = (
  connection: NatsConnection,
  settings: StreamSettings,
): Promise<Map<string, number>> =>
  settings.makes ? ensureStreams(connection, settings) : findStreams(connection)

/** Looks whether everything stands that a worker uses. */
async function findStreams(connection: NatsConnection): Promise<Map<string, number>> {
  const epochs = new Map<string, number>()
  for (const { name } of workerStreams) {
    const { created } = await callApi<Info>(connection, `STREAM.INFO.${name}`)
    epochs.set(name, Date.parse(created))
  }
  for (const { stream, durable } of workerConsumers)
    await callApi(connection, `CONSUMER.INFO.${stream}.${durable}`)
  return epochs
}

/**
 * Makes the streams and durable consumers of the table where they are missing, and updates them where they differ.
 * Nothing is ever deleted: a difference the server can't take is logged as an error and left. Several processes may do
 * this at once.
 */
async function ensureStreams(
  connection: NatsConnection,
  settings: StreamSettings,
): Promise<Map<string, number>> {
  const epochs = new Map<string, number>()
  for (const spec of Object.values(streams))
    epochs.set(spec.name, Date.parse(await ensureStream(connection, spec, settings)))
  for (const spec of Object.values(consumers)) await ensureConsumer(connection, spec, settings)
  return epochs
}

type Configuration = Readonly<Record<string, unknown>>
interface Info {
  readonly created: string
  readonly config: Configuration
}

async function ensureStream(connection: NatsConnection, spec: StreamSpec, settings: StreamSettings) {
  const { name } = spec
  const fixed = { name, storage: 'file', retention: spec.retention }
  const wanted = streamConfiguration(spec, settings)
  const found =
    (await streamInfo(connection, name)) ?? (await createStream(connection, { ...fixed, ...wanted }))
  const stuck = differences(found.config, fixed)
  if (stuck.length > 0) settings.log('error', 'A stream has what cannot be changed', { stream: name, stuck })
  const differing = differences(found.config, wanted)
  if (differing.length === 0) return found.created
  settings.log('info', 'A stream is brought up to date', { stream: name, differing })
  const update = (config: Configuration): Promise<unknown> =>
    callApi(connection, `STREAM.UPDATE.${name}`, { ...found.config, ...config })
  await update(wanted).catch(() => updateOneByOne(update, wanted, differing, settings.log))
  return found.created
}

/** What one server version refuses to change (2.9: a republication) must not hold up the rest. */
async function updateOneByOne(
  update: (config: Configuration) => Promise<unknown>,
  wanted: Configuration,
  differing: readonly string[],
  log: Log,
): Promise<void> {
  let config: Configuration = {}
  for (const key of differing) {
    const next = { ...config, [key]: wanted[key] }
    const taken = await update(next).catch(leave(log, 'A stream could not be brought up to date', { key }))
    if (taken !== undefined) config = next
  }
}

const nanoseconds = (milliseconds: number): number => milliseconds * 1e6

function streamConfiguration(spec: StreamSpec, { replicas, maxBytesScale }: StreamSettings): Configuration {
  return {
    subjects: spec.subjects,
    discard: 'new',
    max_age: nanoseconds(spec.maxAgeMs),
    max_bytes: Math.round(spec.maxBytes * maxBytesScale),
    max_msg_size: spec.maxMessageBytes,
    duplicate_window: nanoseconds(spec.duplicateWindowMs),
    allow_direct: true,
    ...(replicas === undefined ? {} : { num_replicas: replicas }),
    ...(spec.republish === undefined
      ? {}
      : { republish: { src: spec.republish.source, dest: spec.republish.destination } }),
  }
}

const streamInfo = (connection: NatsConnection, name: string): Promise<Info | undefined> =>
  callApi<Info>(connection, `STREAM.INFO.${name}`).catch(unless(apiCodes.streamNotFound))

/**
 * Another process may make it in the same moment, a little differently (then theirs stands), or take the storage that
 * both reserve: so a refusal counts only if the stream is not there afterwards.
 */
async function createStream(
  connection: NatsConnection,
  wanted: Configuration & { name: string },
): Promise<Info> {
  try {
    return await callApi<Info>(connection, `STREAM.CREATE.${wanted.name}`, wanted, 5_000)
  } catch (refusal) {
    const found = await streamInfo(connection, wanted.name)
    if (found === undefined) throw refusal
    return found
  }
}

type ConsumerSpec = (typeof consumers)[keyof typeof consumers]

async function ensureConsumer(connection: NatsConnection, spec: ConsumerSpec, settings: StreamSettings) {
  const { stream, durable } = spec
  const wanted = {
    ack_wait: nanoseconds(spec.ackWaitMs),
    max_deliver: -1,
    max_ack_pending: spec.maxPending,
  }
  const fixed = { ack_policy: 'explicit', deliver_policy: 'all' }
  const found = await callApi<Info>(connection, `CONSUMER.INFO.${stream}.${durable}`).catch(
    unless(apiCodes.consumerNotFound),
  )
  const make = (config: Configuration): Promise<unknown> =>
    callApi(
      connection,
      `CONSUMER.DURABLE.CREATE.${stream}.${durable}`,
      { stream_name: stream, config },
      5_000,
    )
  if (found === undefined) {
    await make({ durable_name: durable, max_waiting: 4_096, replay_policy: 'instant', ...fixed, ...wanted })
    return
  }
  const stuck = differences(found.config, fixed)
  if (stuck.length > 0) settings.log('error', 'A consumer has what cannot be changed', { durable, stuck })
  const differing = differences(found.config, wanted)
  if (differing.length === 0) return
  await make({ ...found.config, ...wanted }).catch(
    leave(settings.log, 'A consumer could not be brought up to date', { durable, differing }),
  )
}

/** Names of what the server has otherwise. Lists are compared as sets. */
function differences(found: Configuration, wanted: Configuration): string[] {
  return Object.keys(wanted).filter((key) => canonical(found[key]) !== canonical(wanted[key]))
}

const canonical = (value: unknown): string => JSON.stringify(Array.isArray(value) ? value.toSorted() : value)

/** Turns one of JetStream's errors into undefined and throws the others on. */
const unless = (code: number) => (error: unknown) => {
  if (error instanceof ApiFailure && error.code === code) return undefined
  throw error
}

/** A refusal is logged and what exists is left as it is; without an answer the caller tries all of it again. */
const leave = (log: Log, message: string, fields: object) => (error: unknown) => {
  if (!(error instanceof ApiFailure) || error.status === 408 || error.status === 503) throw error
  log('error', message, { ...fields, error: error.message })
  return undefined
}
