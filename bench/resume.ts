import { connectBus } from '../bus/nats/connection.ts'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { becomeGuest } from '../testing/hub/returning-reader.ts'
import { beginLog } from '../testing/hub/scripted-worker.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { startHubPair } from './hub-pair.ts'
import type { DelayFigures } from './measure/loop-delay.ts'
import { joinSorted, percentile } from './measure/percentile.ts'
import { startChild } from './processes/child.ts'
import type { Crowd } from './processes/crowd.ts'

export interface ResumeFigures {
  readonly sockets: number
  /** From the hub's death to a resumed reply, in milliseconds. */
  readonly p50Ms: number
  readonly lastMs: number
  /** What a ping of somebody served by the surviving hub takes to be answered, before and meanwhile. */
  readonly pingBefore: DelayFigures
  readonly pingMeanwhile: DelayFigures
  /** How late the event loop of the surviving hub was by its own clock, before and meanwhile. */
  readonly loopBefore: DelayFigures
  readonly loopMeanwhile: DelayFigures
}

/** A hub takes 50 frames a second from one socket. */
const pingEveryMs = 25
const quietMs = 5_000

/** Kills a hub with so many sockets, each of a person with a reply under way; another hub takes them in. */
export async function measureResume(sockets: number, say: (line: string) => void): Promise<ResumeFigures> {
  await using stack = new AsyncDisposableStack()
  const pair = stack.use(await startHubPair())
  const crowd = await startChild<Crowd>('crowd.ts')
  stack.defer(() => crowd.stop())
  const bus = connectBus({ url: pair.natsUrl, name: 'bench-worker', role: 'worker' })
  stack.defer(() => bus.close())
  say(`${sockets} people sign in …`)
  const people = await crowd.ask('gather', { origin: pair.first.origin, count: sockets })
  say(`${sockets} replies begin …`)
  const positions = await beginLogs(bus, people)
  await crowd.ask('stand', positions)
  const pings = await startPings(pair.second.origin)
  const measure = (work: Promise<unknown>) => Promise.all([pings.during(work), pair.second.loop.during(work)])
  const [pingBefore, loopBefore] = await measure(new Promise((resolve) => setTimeout(resolve, quietMs)))
  say('one hub is killed …')
  const back = crowd.ask('comeBack', pair.second.origin)
  pair.killFirst()
  const [pingMeanwhile, loopMeanwhile] = await measure(back)
  pings.stop()
  const sorted = joinSorted([await back])
  const delays = { pingBefore, pingMeanwhile, loopBefore, loopMeanwhile }
  return { sockets, p50Ms: percentile(sorted, 0.5), lastMs: percentile(sorted, 1), ...delays }
}

/** A first entry, which everybody has, and a second, which is what is resumed. @returns where the first ones stand. */
async function beginLogs(
  bus: ReturnType<typeof connectBus>,
  people: readonly { readonly userId: string; readonly requestId: string }[],
) {
  const epoch = await waitUntil('the streams stand', () => bus.epochOf('AI_CHAT_STREAM') || undefined)
  const positions: { epoch: number; seq: number }[] = []
  for (const { userId, requestId } of people) {
    const ids = { request_id: requestId, conversation_id: requestId, message_id: requestId, parent_id: null }
    const asker = { user_id: userId, username: 'Guest', premium: false, attempt_floor: 0, timestamp: 0 }
    const log = await beginLog(bus, { kind: 'send', ...ids, ...asker })
    const seq = (await log.say('once upon a time')) - 1
    positions.push({ epoch, seq })
  }
  return positions
}

/** Somebody the surviving hub serves all the time, and who notices when it does not. */
async function startPings(origin: string) {
  const browser = await openBrowserSocket(origin, { cookie: await becomeGuest(origin) })
  browser.hello()
  await browser.next('welcome')
  const tookMs: number[] = []
  let [stopped, id] = [false, 0]
  const ping = async () => {
    while (!stopped) {
      id += 1
      const [asked, sentMs] = [id, performance.now()]
      browser.send({ type: 'ping', id: asked })
      await browser.next('pong', (pong) => pong.id === asked)
      tookMs.push(performance.now() - sentMs)
      await new Promise((resolve) => setTimeout(resolve, pingEveryMs))
    }
  }
  const pinging = ping()
  return {
    during: async (work: Promise<unknown>): Promise<DelayFigures> => {
      const from = tookMs.length
      await work
      const sorted = joinSorted([Float64Array.from(tookMs.slice(from))])
      const [p50Ms, p99Ms, mostMs] = [0.5, 0.99, 1].map((part) => percentile(sorted, part))
      return { p50Ms: p50Ms ?? 0, p99Ms: p99Ms ?? 0, mostMs: mostMs ?? 0 }
    },
    stop: () => {
      stopped = true
      void pinging.then(() => browser.socket.terminate())
    },
  }
}
