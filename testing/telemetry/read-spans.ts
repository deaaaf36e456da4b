/** A span as it was sent; ids in hexadecimal, `parentId` empty for a trace's first span. */
export interface SentSpan {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

type Fields = ReadonlyMap<number, readonly Buffer[]>

/**
 * The spans of an `ExportTraceServiceRequest`: resource spans (1) hold a resource (1) and scope spans (2), and those
 * hold spans (2). Numbers are those of opentelemetry-proto, `trace/v1/trace.proto`.
 */
export function readSpans(body: Buffer): SentSpan[] {
  return all(readFields(body), 1).flatMap((resourceSpans) => {
    const [resource] = all(resourceSpans, 1)
    const service = (resource && readAttributes(resource, 1).get('service.name')) ?? ''
    return all(resourceSpans, 2).flatMap((scopeSpans) =>
      all(scopeSpans, 2).map((span) => readSpan(span, service)),
    )
  })
}

const readSpan = (span: Fields, service: string): SentSpan => ({
  service,
  traceId: bytesOf(span, 1).toString('hex'),
  spanId: bytesOf(span, 2).toString('hex'),
  parentId: bytesOf(span, 4).toString('hex'),
  name: bytesOf(span, 5).toString(),
  attributes: readAttributes(span, 9),
})

/** A `KeyValue` is a key (1) and an `AnyValue` (2), whose text is its field 1. */
const readAttributes = (from: Fields, field: number): ReadonlyMap<string, string> =>
  new Map(
    all(from, field).map((pair) => [
      bytesOf(pair, 1).toString(),
      bytesOf(readFields(bytesOf(pair, 2)), 1).toString(),
    ]),
  )

const all = (from: Fields, field: number): Fields[] => (from.get(field) ?? []).map(readFields)

const bytesOf = (from: Fields, field: number): Buffer => from.get(field)?.[0] ?? Buffer.alloc(0)

/** The fields of a protobuf message that hold bytes, by number. https://protobuf.dev/programming-guides/encoding/ */
function readFields(message: Buffer): Fields {
  const fields = new Map<number, Buffer[]>()
  let at = 0
  while (at < message.length) {
    const tag = readNumber(message, at)
    at = tag.end
    const wireType = tag.value & 7
    if (wireType === 0) at = readNumber(message, at).end
    else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else {
      const length = readNumber(message, at)
      at = length.end + length.value
      const bytes = message.subarray(length.end, at)
      fields.set(tag.value >>> 3, [...(fields.get(tag.value >>> 3) ?? []), bytes])
    }
  }
  return fields
}

function readNumber(message: Buffer, from: number): { value: number; end: number } {
  let value = 0
  let end = from
  for (let factor = 1; ; factor *= 128) {
    const byte = message[end] ?? 0
    end += 1
    value += (byte & 127) * factor
    if (byte < 128) return { value, end }
  }
}
