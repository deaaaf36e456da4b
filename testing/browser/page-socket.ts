import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { ChatSocket } from '../../web/chat/socket.ts'
import type { ConnectionState } from '../../web/chat/socket-listener.ts'
import { StandInSocket, welcomeFrame } from './stand-in-socket.ts'

export const network = { onLine: true }
Object.assign(globalThis, { WebSocket: StandInSocket })
Object.defineProperty(globalThis, 'navigator', { value: network })

/** A page's socket whose time, network and chance are the test's. Every pause is as long as it can be. */
export function openSocket(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  t.mock.method(Math, 'random', () => 1)
  network.onLine = true
  StandInSocket.all.length = 0
  const states: ConnectionState[] = []
  const frames: string[] = []
  const refusals: number[] = []
  const may = { comeBack: false }
  const hub = { owes: false, gone: 0 }
  const socket = new ChatSocket('ws://house.invalid/ws', 'tab', {
    resume: () => [],
    isWaiting: () => hub.owes,
    onWelcome: () => frames.push('welcome'),
    onFrame: ({ type }) => frames.push(type),
    onState: (state) => states.push(state),
    onGone: () => {
      hub.gone += 1
    },
    onRefused: (code) => {
      refusals.push(code)
      return may.comeBack
    },
  })
  const connect = () => {
    socket.connect()
    arrive()
  }
  const arrive = (heartbeatMs?: number) => {
    StandInSocket.last.open()
    StandInSocket.last.say(welcomeFrame(heartbeatMs))
  }
  const tick = (ms: number) => t.mock.timers.tick(ms)
  /** Ticks until another socket is opened. @returns after how long, in milliseconds. */
  const untilNext = () => {
    const before = StandInSocket.all.length
    for (let waitedMs = 0; waitedMs <= 60_000; waitedMs += 1) {
      if (StandInSocket.all.length > before) return waitedMs
      tick(1)
    }
    return assert.fail('It did not come back')
  }
  return { socket, states, frames, refusals, may, hub, connect, arrive, tick, untilNext }
}

/** What the page asked of its hub to see whether it is there. */
export const pings = () => StandInSocket.last.sent.filter(({ type }) => type === 'ping')
