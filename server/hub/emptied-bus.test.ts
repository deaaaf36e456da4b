import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus, BusMessage } from '../../bus/nats/bus.ts'
import { startBreakableLink } from '../../testing/hub/breakable-link.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { beginLog, type LogWriter, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { startTestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse
let worker: { drain(): Promise<void> }
/** Logs that stay open until a test's end, in the order in which they were begun. */
let logs: LogWriter[]
let over: PromiseWithResolvers<void>
let reading: ReturnType<typeof holdReading>
/** Whether the hub misses the next live entry. */
let missesNext: boolean

beforeEach(async () => {
  logs = []
  over = Promise.withResolvers()
  reading = holdReading()
  missesNext = false
  house = await startTestHouse({ aroundBus: (bus) => missing(reading.around(bus)) })
  worker = startScriptedWorker(house.workerBus, async (request) => {
    logs.push(await beginLog(house.workerBus, request))
    await over.promise
    return undefined
  })
})
afterEach(async () => {
  over.resolve()
  reading.goOn()
  await worker?.drain()
  await house?.[Symbol.asyncDispose]()
})

test('a reply whose log was being read again when the bus lost its data goes on with its new log', async () => {
  const { browser, first } = await halfWay()
  missesNext = true
  await first.say('two ')
  const held = reading.hold()
  await first.say('three ')
  await held.begun
  const second = await writtenAnewAfter(held)
  await second.say('Anew')
  await untilHeard(browser, 'Anew')
  await browser.close()
})

test('a socket that was brought up to date when the bus lost its data hears the new log', async () => {
  const { browser, mika, send, first } = await halfWay()
  const held = reading.hold()
  const { epoch, seq } = lastEntry(browser)
  const tab = await house.hub.connect(mika, { resume: [{ request_id: send.request_id, epoch, seq }] })
  assert.equal((await tab.next('chat.resumed')).outcome, 'continued')
  await held.begun
  await first.say('two ')
  const second = await writtenAnewAfter(held)
  await second.say('Anew')
  await untilHeard(tab, 'Anew')
  await Promise.all([browser.close(), tab.close()])
})

/** A final comes without an end where its log was lost after it, and begun anew by a worker that then died. */
const losses: [how: string, end: 'finish' | 'publishFinal', lose: (subject: string) => Promise<void>][] = [
  ['the bus lost its data', 'finish', () => house.nats.restart({ wipe: true })],
  ['its log was removed', 'finish', (subject) => house.hub.bus.purge('AI_CHAT_STREAM', subject)],
  ['its log was left without an end', 'publishFinal', async () => undefined],
]
for (const [how, end, lose] of losses)
  test(`a reply that was stored unheard before ${how} is told of as stored`, async () => {
    await using link = await startBreakableLink(house.nats.port)
    const natsUrl = house.nats.url.replace(String(house.nats.port), String(link.port))
    await using far = await startTestHub({ natsUrl, databaseUrl: house.hub.databaseUrl })
    const mika = await far.signIn()
    const browser = await far.connect(mika)
    const send = newSend('Tell me')
    browser.send(send)
    const first = await begun(1)
    await first.say('one ')
    await untilHeard(browser, 'one ')
    link.break()
    await first[end]()
    over.resolve()
    const read = () => house.hub.store.requests.find(mika.user.id, send.request_id)
    await waitUntil('the reply is stored', async () => (await read())?.state === 'answered')
    await lose(subjects.stream(mika.user.id, send.request_id))
    link.mend()
    await browser.next('chat.changed', ({ kind, request_id }) => {
      return kind === 'stored' && request_id === send.request_id
    })
    await browser.close()
  })

/** A person with a socket that has heard the first word of a reply. */
async function halfWay() {
  const mika = await house.hub.signIn()
  const browser = await house.hub.connect(mika)
  const send = newSend('Tell me')
  browser.send(send)
  const first = await begun(1)
  await first.say('one ')
  await untilHeard(browser, 'one ')
  return { mika, browser, send, first }
}

const begun = (count: number) => waitUntil(`log ${count} is begun`, () => logs[count - 1])

/** The bus loses everything while the reading is held, which then ends in the new stream. @returns the new log. */
async function writtenAnewAfter(held: Held): Promise<LogWriter> {
  const before = house.hub.bus.epochOf('AI_CHAT_STREAM')
  await house.nats.restart({ wipe: true })
  await waitUntil('the hub knows of the new stream', () => {
    return house.hub.bus.state === 'connected' && house.hub.bus.epochOf('AI_CHAT_STREAM') !== before
  })
  reading.goOn()
  await held.ended
  return begun(2)
}

const untilHeard = (browser: BrowserSocket, word: string) =>
  browser.next('chat.entry', ({ entry }) => entry.type === 'chunk' && entry.content === word)

function lastEntry(browser: BrowserSocket) {
  const last = browser.frames.findLast((frame) => frame.type === 'chat.entry')
  assert.ok(last)
  return last
}

interface Held {
  readonly begun: Promise<void>
  readonly ended: Promise<void>
}

/** A bus whose next reading of a log can be held at its beginning. */
function holdReading() {
  let next: { begun: PromiseWithResolvers<void>; ended: PromiseWithResolvers<void> } | undefined
  let held = Promise.withResolvers<void>()
  return {
    hold: (): Held => {
      next = { begun: Promise.withResolvers(), ended: Promise.withResolvers() }
      held = Promise.withResolvers()
      return { begun: next.begun.promise, ended: next.ended.promise }
    },
    goOn: () => held.resolve(),
    around: (bus: Bus): Bus =>
      changed(bus, {
        async *readEntries(...asked) {
          const mine = next
          next = undefined
          mine?.begun.resolve()
          if (mine !== undefined) await held.promise
          try {
            yield* bus.readEntries(...asked)
          } finally {
            mine?.ended.resolve()
          }
        },
      }),
  }
}

const missing = (bus: Bus): Bus =>
  changed(bus, {
    subscribe: (subject, handle, options) => {
      const hear = (message: BusMessage) => {
        if (!missesNext || !message.subject.startsWith('ai.chat.live.')) return handle(message)
        missesNext = false
      }
      return bus.subscribe(subject, hear, options)
    },
  })

/** The same bus, but for what stands in `instead`. */
const changed = (bus: Bus, instead: Partial<Bus>): Bus =>
  new Proxy(bus, { get: (target, name) => Reflect.get(name in instead ? instead : target, name) })
