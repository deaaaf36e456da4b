import type { TestContext } from 'node:test'
import type { NatsConnection } from 'nats'
import { connect } from 'nats'
import { readAddress } from '../../bus/nats/address.ts'
import { callApi } from '../../bus/nats/api.ts'

/** The client itself, for what a test does behind the back of our own bus. It closes with its test. */
export async function openRawConnection(t: TestContext, url: string): Promise<NatsConnection> {
  const connection = await connect(readAddress(url))
  t.after(() => connection.close())
  return connection
}

export interface StreamInfo {
  created: string
  config: Record<string, unknown>
  state: { messages: number; last_seq: number }
}

export interface ConsumerInfo {
  config: Record<string, unknown>
  num_pending: number
  num_ack_pending: number
  num_redelivered: number
  num_waiting: number
}

export const streamInfo = (connection: NatsConnection, stream: string): Promise<StreamInfo> =>
  callApi(connection, `STREAM.INFO.${stream}`)

export const consumerInfo = (
  connection: NatsConnection,
  stream: string,
  durable: string,
): Promise<ConsumerInfo> => callApi(connection, `CONSUMER.INFO.${stream}.${durable}`)
