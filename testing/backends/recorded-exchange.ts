import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'

/** One request and what came back; recordings/README.md describes the fields. */
export type RecordedExchange = {
  request: { method: string; path: string; body?: unknown }
  status: number
  headers: Record<string, string>
  ended: string
  chunks: { text: string }[]
}

const FOLDER = new URL('./recordings/ollama-0.17.4/', import.meta.url)

export function readRecording(name: string): RecordedExchange {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))
}

/**
 * Sends a recorded request to `url` and keeps the answer in the same form, one chunk per HTTP chunk.
 * An answer that takes more than 20 s is given up and ends as `broken`.
 */
export function replay(url: string, request: RecordedExchange['request']): Promise<RecordedExchange> {
  const { promise, resolve } = Promise.withResolvers<RecordedExchange>()
  const exchange: RecordedExchange = { request, status: 0, headers: {}, ended: '', chunks: [] }
  const signal = AbortSignal.timeout(20_000)
  const finish = (ended: string) => resolve({ ...exchange, ended })
  const sent = httpRequest(
    `${url}${request.path}`,
    { method: request.method, agent: false, signal },
    (answer) => {
      exchange.status = answer.statusCode ?? 0
      exchange.headers = headersOf(answer)
      answer.on('data', (bytes: Buffer) => exchange.chunks.push({ text: bytes.toString('utf8') }))
      answer.on('end', () => finish(answer.complete ? 'complete' : 'incomplete'))
      answer.on('error', (error: NodeJS.ErrnoException) => finish(`broken: ${error.code}`))
    },
  )
  sent.on('error', (error: NodeJS.ErrnoException) => finish(`broken: ${error.code}`))
  const { body } = request
  sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}

/**
 * What of an exchange a client can depend on: status, media type, framing, how it ended, and the fields and
 * types of each line. Chunks of the same shape in a row count once, so that two replies may differ in length.
 */
export function wireShape(exchange: RecordedExchange, literalFields: readonly string[]): unknown {
  const chunks = exchange.chunks.map(({ text }) =>
    JSON.stringify(linesOf(text).map((line) => lineShape(line))),
  )
  const mediaType = exchange.headers['Content-Type']?.split(';')[0]
  return {
    status: exchange.status,
    mediaType,
    chunked: mediaType === 'application/json' ? undefined : exchange.headers['Transfer-Encoding'],
    ended: exchange.ended,
    chunks: chunks.filter((chunk, index) => chunk !== chunks[index - 1]),
  }

  function lineShape(line: string): unknown {
    const json = line.startsWith('data: ') ? line.slice(6) : line
    return json.startsWith('{') ? fieldShape(JSON.parse(json), '', literalFields) : json
  }
}

/** A value as its type; the literal fields and booleans keep their values; an array is the set of its elements. */
export function fieldShape(value: unknown, field: string, literalFields: readonly string[]): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value !== 'object') return literalFields.includes(field) ? value : typeof value
  if (Array.isArray(value)) {
    return [...new Set(value.map((item) => JSON.stringify(fieldShape(item, field, literalFields))))].sort()
  }
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, fieldShape(inner, name, literalFields)]))
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    pairs.push([answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? ''])
  }
  return Object.fromEntries(pairs)
}
