import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { headers } from 'nats'
import { uuidv7 } from '../bus/contract/ids.ts'
import { consumers } from '../bus/contract/streams.ts'
import { subjects } from '../bus/contract/subjects.ts'
import { openReadyBus } from '../testing/bus/open-bus.ts'
import { openRawConnection } from '../testing/bus/raw-nats.ts'
import { startNatsServer } from '../testing/servers/nats-server.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { startCollector } from '../testing/telemetry/collector.ts'
import { spanNames } from './span-names.ts'
import { startTelemetry } from './start.ts'
import { telemetryVariables } from './variables.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

suite('telemetry', () => {
  test('a delivery goes on in the trace its headers carry, through a request, to the collector', async (t) => {
    const { collector, telemetry } = await openTelemetry(t)
    const server = await startNatsServer()
    t.after(() => server.stop())
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    const traced: unknown[] = []
    const answer = async () => ({ trace: trace.getActiveSpan()?.spanContext().traceId })
    await bus.respond(subjects.historyGet, 'q', answer).active
    const handle = async () => {
      traced.push(trace.getActiveSpan()?.spanContext().traceId, await bus.request(subjects.historyGet, {}))
      return { kind: 'ack' } as const
    }
    bus.work({ ...consumers.chatWorkers, slots: 1, handle })

    const carried = headers()
    carried.set('traceparent', `00-${traceId}-${parentId}-01`)
    await raw.request(subjects.message(uuidv7()), 'a secret', { headers: carried, timeout: 5_000 })
    await waitUntil('it is handled', () => traced.length === 2)
    await bus.close()
    await telemetry.shutdown()

    assert.deepEqual(traced, [traceId, { trace: traceId }])
    const sent = collector.bytes()
    for (const bytes of [
      Buffer.from(traceId, 'hex'),
      Buffer.from(parentId, 'hex'),
      'companions-test',
      '9.9.9',
    ])
      assert.ok(sent.includes(bytes), String(bytes))
    for (const name of [spanNames.busDeliver, spanNames.busRequest, spanNames.busRespond])
      assert.ok(sent.includes(name), name)
    assert.equal(sent.includes('a secret'), false)
  })

  test('a message carries its trace, the entry of a log never, and no span is made for one', async (t) => {
    const { collector, telemetry } = await openTelemetry(t)
    const server = await startNatsServer()
    t.after(() => server.stop())
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    const heard = new Map<string, string | undefined>()
    raw.subscribe('ai.chat.>', {
      callback: (_, message) => void heard.set(message.subject, message.headers?.get('traceparent')),
    })
    await raw.flush()
    const [user, request] = [uuidv7(), uuidv7()]
    const [message, entry] = [subjects.message(user), subjects.stream(user, request)]
    await trace.getTracer('test').startActiveSpan('test', async (span) => {
      await bus.publish(message, new Uint8Array([1]), { messageId: 'm' })
      await bus.publish(entry, new Uint8Array([1]), { messageId: 'e', expectedLastSequence: 0 })
      span.end()
    })
    await waitUntil('both are heard', () => heard.has(message) && heard.has(entry))
    assert.match(heard.get(message) ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    assert.equal(heard.get(entry), '')
    await telemetry.shutdown()
    const sent = collector.bytes().toString('latin1')
    assert.equal(sent.split(spanNames.busPublish).length - 1, 1)
    assert.equal(sent.includes(user), false)
  })

  test('a collector that never answers does not keep a process from ending', async (t) => {
    const unanswered: ServerResponse[] = []
    const silent = createServer((_, response) => void unanswered.push(response)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    t.after(() => {
      // A refusal ends it; a broken connection would be tried again for seconds.
      for (const response of unanswered) response.writeHead(400).end()
      silent.close()
    })
    const address = silent.address()
    assert.ok(address !== null && typeof address === 'object')
    const patient = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '3600000',
      OTEL_BSP_EXPORT_TIMEOUT: '3600000',
    }
    Object.assign(process.env, patient)
    t.after(() => {
      for (const name of Object.keys(patient)) delete process.env[name]
    })
    const telemetry = await startTelemetry({ service: 's', version: '1', environment: process.env })
    trace.getTracer('test').startSpan('test').end()
    const asked = once(silent, 'request')
    let ended = false
    const ending = telemetry.shutdown().then(() => {
      ended = true
    })
    await asked
    assert.equal(ended, false)
    await ending
  })

  test('nothing is recorded unless the environment asks for it', async () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
    const quiet = [
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
      { ...endpoint, OTEL_SDK_DISABLED: 'true' },
      { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
      { ...endpoint, OTEL_TRACES_SAMPLER: 'always_off' },
      { ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    ]
    for (const environment of quiet)
      assert.equal(await records(environment), false, JSON.stringify(environment))
    const loud = [
      endpoint,
      { OTEL_TRACES_EXPORTER: 'otlp' },
      { ...endpoint, OTEL_TRACES_SAMPLER: 'always_on' },
    ]
    for (const environment of loud)
      assert.equal(await records(environment), true, JSON.stringify(environment))
  })

  test('a process is called, and told of, as the environment says', async (t) => {
    const names = {
      OTEL_SERVICE_NAME: 'attic',
      OTEL_RESOURCE_ATTRIBUTES: 'host.name=cellar,service.name=none',
    }
    const { collector, telemetry } = await openTelemetry(t, names)
    trace.getTracer('test').startSpan('test').end()
    await telemetry.shutdown()
    assert.deepEqual(
      collector.spans().map(({ service }) => service),
      ['attic'],
    )
    for (const told of ['host.name', 'cellar', '9.9.9']) assert.ok(collector.bytes().includes(told), told)
  })

  test('every variable that is read stands in the table', async () => {
    const files = (await readdir(import.meta.dirname)).filter((file) =>
      /^(?!variables\.|.*\.test\.).*\.ts$/.test(file),
    )
    const sources = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), 'utf8')))
    const read = new Set(sources.join('\n').match(/OTEL_[A-Z_]*[A-Z]\b/g))
    const told = new Set(telemetryVariables.flatMap(({ name, aliases }) => [name, ...aliases]))
    assert.ok(read.size > 6)
    assert.deepEqual(
      [...read].filter((name) => !told.has(name)),
      [],
    )
  })

  test('a sampler that does not exist is named at the start, with what it takes', async () => {
    const start = (more: Record<string, string>) =>
      startTelemetry({ service: 's', version: '1', environment: { OTEL_TRACES_EXPORTER: 'otlp', ...more } })
    await assert.rejects(
      start({ OTEL_TRACES_SAMPLER: 'dice' }),
      /OTEL_TRACES_SAMPLER is "dice"; it takes always_on/,
    )
    const ratio = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }
    await assert.rejects(start(ratio), /OTEL_TRACES_SAMPLER_ARG is "7"; it takes a number from 0 to 1/)
  })
})

async function records(environment: Record<string, string>): Promise<boolean> {
  const telemetry = await startTelemetry({ service: 's', version: '1', environment })
  const span = trace.getTracer('test').startSpan('test')
  // Never ended, so nothing is sent to a collector that is not there.
  const recording = span.isRecording()
  await telemetry.shutdown()
  return recording
}

/** A collector, and telemetry that sends there. */
async function openTelemetry(t: TestContext, more: Readonly<Record<string, string>> = {}) {
  const collector = await startCollector()
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...more }
  Object.assign(process.env, variables)
  const telemetry = await startTelemetry({
    service: 'companions-test',
    version: '9.9.9',
    environment: process.env,
  })
  t.after(async () => {
    for (const name of Object.keys(variables)) delete process.env[name]
    await telemetry.shutdown()
    await collector[Symbol.asyncDispose]()
  })
  return { collector, telemetry }
}
