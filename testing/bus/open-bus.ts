import type { TestContext } from 'node:test'
import type { Bus } from '../../bus/nats/bus.ts'
import type { BusOptions } from '../../bus/nats/connection.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import { waitUntil } from '../servers/wait-until.ts'

export interface Logged {
  level: string
  message: string
  fields: Readonly<Record<string, unknown>>
}

export interface TestBus {
  bus: Bus
  logged: Logged[]
}

/** A bus that closes with its test and keeps what it logs. It may not be connected yet: see `openReadyBus`. */
export function openBus(t: TestContext, url: string, options: Partial<BusOptions> = {}): TestBus {
  const logged: Logged[] = []
  const log: BusOptions['log'] = (level, message, fields) => void logged.push({ level, message, fields })
  const bus = connectBus({ url, name: t.name, role: 'test', log, ...options })
  t.after(() => bus.close())
  return { bus, logged }
}

export async function openReadyBus(
  t: TestContext,
  url: string,
  options: Partial<BusOptions> = {},
): Promise<TestBus> {
  const opened = openBus(t, url, options)
  await untilConnected(opened.bus)
  return opened
}

export const untilConnected = (bus: Bus): Promise<unknown> =>
  waitUntil('the bus is connected', () => bus.state === 'connected')
