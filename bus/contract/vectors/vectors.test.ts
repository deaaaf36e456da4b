import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { checker } from '../check.ts'
import { decode, encode } from '../codec.ts'
import { CodedError } from '../errors.ts'
import { clientFrames, hubFrames } from '../frames.ts'
import { maxFrameBytes, maxFrameDepth, maxFrameElements } from '../limits.ts'
import { LogEntry } from '../reply-log.ts'
import { withHexAsBytes } from './bytes.ts'
import { toText, type Vector, vectorFiles } from './make.ts'
import { type Refusal, refusedBytes } from './refusals.ts'
import { schemas } from './samples.ts'

const limits = { bytes: maxFrameBytes, depth: maxFrameDepth, elements: maxFrameElements }
const readVectors = async (name: string): Promise<unknown[]> =>
  JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'), withHexAsBytes) as unknown[]

suite('golden vectors', () => {
  for (const name of ['frames.json', 'messages.json', 'log-entries.json'])
    test(`every vector of ${name} reads as its value, fits its schema, and is what we write`, async () => {
      for (const vector of (await readVectors(name)) as Vector[]) {
        const bytes = Uint8Array.from(Buffer.from(vector.hex, 'hex'))
        const value = decode(bytes, limits)
        assert.deepEqual(value, vector.value, vector.name)
        const schema = schemas[vector.schema]
        assert.ok(schema, vector.schema)
        assert.equal(checker(schema).flaw(value), '', vector.name)
        if (vector.canonical) assert.equal(Buffer.from(encode(vector.value)).toString('hex'), vector.hex)
      }
    })

  test('no request on the bus holds what was said', async () => {
    const messages = (await readVectors('messages.json')) as Vector[]
    const requests = messages.filter(({ schema }) => schema === 'ChatRequest')
    assert.deepEqual(
      requests.map(({ value }) => 'message' in (value as object)),
      [false, false],
    )
  })

  test('every refused vector is refused with its code', async () => {
    const refused = (await readVectors('refused.json')) as Refusal[]
    for (const refusal of refused) assert.equal(refusalOf(refusedBytes(refusal)), refusal.code, refusal.name)
    const codes = new Set(refused.map(({ code }) => code))
    assert.deepEqual([...codes].sort(), [
      'frame_invalid',
      'frame_malformed',
      'frame_too_large',
      'frame_unknown',
    ])
  })

  test('every frame, entry and message has a vector', async () => {
    const frames = (await readVectors('frames.json')) as Vector[]
    const messages = (await readVectors('messages.json')) as Vector[]
    const entries = (await readVectors('log-entries.json')) as { value: { type: string } }[]
    const seen = new Set([...frames, ...messages].map(({ schema }) => schema))
    const named = Object.keys({ ...clientFrames, ...hubFrames, ...schemas }).filter(
      (name) => name !== 'LogEntry',
    )
    assert.deepEqual(
      named.filter((name) => !seen.has(name)),
      [],
    )
    const types = new Set(entries.map(({ value }) => value.type))
    assert.deepEqual(
      LogEntry.anyOf.map((member) => member.properties.type.const).filter((type) => !types.has(type)),
      [],
    )
  })

  test('the files are what make.ts writes', async () => {
    for (const [name, vectors] of Object.entries(vectorFiles()))
      assert.equal(await readFile(new URL(name, import.meta.url), 'utf8'), toText(vectors), name)
  })
})

const frameChecks = Object.fromEntries(
  Object.entries(clientFrames).map(([type, schema]) => [type, checker(schema)]),
)

/** What a hub says to these bytes: the code of its refusal, or nothing. */
function refusalOf(bytes: Uint8Array): string | undefined {
  let frame: unknown
  try {
    frame = decode(bytes, limits)
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error)
  }
  const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : undefined
  if (typeof type !== 'string' || !Object.hasOwn(frameChecks, type)) return 'frame_unknown'
  return frameChecks[type]?.(frame) === true ? undefined : 'frame_invalid'
}
