import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { startTelemetry } from '../../telemetry/start.ts'
import { answerWith, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { startCollector } from '../../testing/telemetry/collector.ts'

const stage = useTestHouse()

test('a request that a later round publishes goes on in the trace it was accepted in', async (t) => {
  await using collector = await startCollector()
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
  t.after(() => delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT)
  const telemetry = await startTelemetry({ service: 'test', version: '1', environment: process.env })
  const { browser } = await stage.enter()
  await stage.house.nats.kill()
  await waitUntil('the hub noticed', () => stage.hub.bus.state !== 'connected')
  const sends = [newSend('Anybody there?'), newSend('Or here?')]
  for (const send of sends) {
    browser.send(send)
    await browser.next('chat.accepted')
  }
  await stage.house.nats.restart()
  const published = new Map<string, string | undefined>()
  const worker = startScriptedWorker(stage.house.workerBus, (request) => {
    published.set(request.request_id, trace.getActiveSpan()?.spanContext().traceId)
    return answerWith(stage.house.workerBus, request, 'Here.')
  })
  await waitUntil('both are answered', () => published.size === sends.length)
  await worker.drain()
  await browser.close()
  await telemetry.shutdown()
  const accepted = collector.spans().filter(({ name }) => name === 'chat accept')
  assert.deepEqual(
    sends.map(({ request_id }) => published.get(request_id)),
    accepted.map(({ traceId }) => traceId),
  )
  assert.equal(new Set(published.values()).size, 2)
})
