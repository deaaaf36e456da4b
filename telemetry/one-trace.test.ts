import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { newSend } from '../testing/hub/start-house.ts'
import { startNatsServer } from '../testing/servers/nats-server.ts'
import { startProcess } from '../testing/servers/processes.ts'
import { startCollector } from '../testing/telemetry/collector.ts'
import type { SentSpan } from '../testing/telemetry/read-spans.ts'

const root = join(import.meta.dirname, '..')
const said = 'What I say is mine alone'

test('one message is one trace from the hub through the worker to the stored reply, and tells nothing of it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'companions-trace-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const { spans, bytes, entries, lines } = await chatOnce(folder)
  const named = (name: string) => spans.filter((span) => span.name === name)
  const [accept] = named('chat accept')
  assert.ok(accept)
  const own = (name: string) => named(name).map(({ traceId, service }) => [traceId, service])
  assert.deepEqual(own('chat accept'), [[accept.traceId, 'companions-hub']])
  assert.deepEqual(own('chat generate'), [[accept.traceId, 'companions-worker']])
  assert.deepEqual(own('chat record'), [[accept.traceId, 'companions-hub']])
  assert.equal(accept.parentId, '')
  const delivered = ['chat accept', 'bus publish', 'bus deliver']
  assert.deepEqual(wayTo(named('chat generate')[0], spans), [...delivered, 'chat generate'])
  assert.deepEqual(wayTo(named('chat record')[0], spans), [
    ...delivered,
    'bus publish',
    'bus deliver',
    'chat record',
  ])
  // The request and the whole reply are published in spans, and none of the entries between.
  const published = named('bus publish').filter(({ traceId }) => traceId === accept.traceId)
  assert.equal(published.length, 2)
  assert.ok(entries.length > 5)
  for (const word of [said, 'What I say', 'demo backend', 'Mika', ...entries.slice(1, 4)]) {
    assert.equal(bytes.includes(word), false, word)
    assert.equal(lines.join('\n').includes(word), false, word)
  }
})

/** The names of the spans from the first of a trace to this one. */
function wayTo(span: SentSpan | undefined, spans: readonly SentSpan[]): string[] {
  if (span === undefined) return []
  const parent = spans.find(({ spanId, traceId }) => spanId === span.parentId && traceId === span.traceId)
  return [...wayTo(parent, spans), span.name]
}

/** Hub and worker as processes of their own; both have ended, and sent what they had, when this resolves. */
async function chatOnce(folder: string) {
  await using collector = await startCollector()
  await using nats = await startNatsServer()
  const env = {
    PATH: process.env.PATH,
    NATS_URL: nats.url,
    DATA_DIR: folder,
    PORT: '0',
    DEMO: 'on',
    LOG_LEVEL: 'trace',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  }
  const start = (main: string) => startProcess(process.execPath, [join(root, main)], { cwd: folder, env })
  await using hub = await start('server/main.ts')
  await using worker = await start('workers/main.ts')
  const origin = /"address":"([^"]+)"/.exec(await hub.waitForLine(/The hub listens/))?.[1] ?? ''
  await worker.waitForLine(/takes chat requests/)
  const page = await fetch(origin)
  const browser = await openBrowserSocket(origin, {
    cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '',
  })
  browser.hello()
  await browser.next('welcome')
  browser.send(newSend(said))
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  await browser.close()
  assert.equal((await worker.stop({ signal: 'SIGTERM', graceMs: 20_000 })).code, 0)
  assert.equal((await hub.stop({ signal: 'SIGTERM', graceMs: 20_000 })).code, 0)
  const entries = browser.frames
    .filter((frame) => frame.type === 'chat.entry')
    .map(({ entry }) => (entry.type === 'chunk' ? entry.content : ''))
    .filter((text) => text.length > 8)
  return {
    spans: collector.spans(),
    bytes: collector.bytes(),
    entries,
    lines: [...hub.lines, ...worker.lines],
  }
}
