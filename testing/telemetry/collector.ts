import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSpans, type SentSpan } from './read-spans.ts'

/** What speaks OTLP over HTTP with protobuf, as a collector does, and keeps what it is sent. */
export interface Collector extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  /** All bodies so far, as they came. */
  bytes(): Buffer
  spans(): SentSpan[]
}

export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const isTraces = request.method === 'POST' && request.url === '/v1/traces'
    const body = Buffer.concat(await request.toArray())
    if (isTraces) bodies.push(body)
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => Buffer.concat(bodies),
    spans: () => bodies.flatMap((body) => readSpans(body)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
