import { writeFile } from 'node:fs/promises'
import { encode, entryFrame } from '../codec.ts'
import { withBytesAsHex } from './bytes.ts'
import { refusals } from './refusals.ts'
import { entryFrameSample, frameSamples, logSamples, messageSamples, type Sample } from './samples.ts'

/** One line of a vector file. `canonical`: a writer's bytes should be these; else it is enough to read them. */
export interface Vector extends Sample {
  readonly hex: string
  readonly canonical: boolean
}

/** The golden vectors by file name, as `node bus/contract/vectors/make.ts` writes them beside itself. */
export function vectorFiles(): Readonly<Record<string, readonly object[]>> {
  return {
    'frames.json': [...frameSamples.map(vector), entryFrameVector(), ...looseVectors()],
    'messages.json': messageSamples.map(vector),
    'log-entries.json': logSamples.map(vector),
    'refused.json': refusals,
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const vector = (sample: Sample): Vector => ({ ...sample, hex: hex(encode(sample.value)), canonical: true })

function entryFrameVector(): Vector {
  const { epoch, seq, entry } = entryFrameSample
  const bytes = entryFrame(epoch, seq, encode(entry))
  const value = { type: 'chat.entry', epoch, seq, entry }
  return { name: 'chat.entry', schema: 'chat.entry', value, hex: hex(bytes), canonical: false }
}

/** Right, though our own encoder writes it otherwise: another language's may not. */
function looseVectors(): Vector[] {
  const type = 'a474797065a470696e67'
  const ping = (name: string, bytes: string, value: object): Vector => ({
    name: `ping, ${name}`,
    schema: 'ping',
    value,
    hex: bytes,
    canonical: false,
  })
  return [
    ping('its id as a float', `82${type}a26964cb401c000000000000`, { type: 'ping', id: 7 }),
    ping('its id in 64 bits', `82${type}a26964cf0000000000000007`, { type: 'ping', id: 7 }),
    ping('the type last', `82a2696407${type}`, { type: 'ping', id: 7 }),
    ping('a long map header', `de0002${type}a2696407`, { type: 'ping', id: 7 }),
    ping('a field from the future', `83${type}a2696407a36e657701`, { type: 'ping', id: 7, new: 1 }),
  ]
}

if (import.meta.main)
  for (const [name, vectors] of Object.entries(vectorFiles()))
    await writeFile(new URL(name, import.meta.url), toText(vectors))

/** One vector a line, so that a change shows as one. */
export function toText(vectors: readonly object[]): string {
  return `[\n${vectors.map((one) => JSON.stringify(one, withBytesAsHex)).join(',\n')}\n]\n`
}
