import { CodedError } from '../../bus/contract/errors.ts'
import { maxUtteranceBytes } from '../../bus/contract/limits.ts'
import type { CallAudioFrame, CallTranscribeFrame } from '../../bus/contract/voice.ts'

/** Utterances of a call by number; the one that sound came of last stands last. */
export type Utterances = Map<number, Utterance>

interface Utterance {
  /** Grows; what stands in it up to `length` never changes. */
  bytes: Uint8Array
  length: number
  /** Somebody was told that sound is missing from `length` on, and none came since. */
  missingSaid: boolean
}

/** Utterances of one call that are held: the one that is spoken, and one whose words are asked for again. */
const mostHeld = 2

/** Two seconds of sound. */
const firstBytes = 64 * 1024

/**
 * Keeps sound of an utterance, as a copy: the frame's view would hold all that came with it. What is there already is
 * left alone.
 *
 * @returns where the sound that is missing before it begins, if that is still to be said.
 * @throws CodedError `frame_invalid` past the longest utterance.
 */
export function keepSound(
  utterances: Utterances,
  { utterance, offset, data }: Pick<CallAudioFrame, 'utterance' | 'offset' | 'data'>,
): number | undefined {
  const end = offset + data.byteLength
  if (end > maxUtteranceBytes) throw new CodedError('frame_invalid', 'The utterance is too long.')
  const held = hold(utterances, utterance)
  if (offset > held.length) {
    if (held.missingSaid) return undefined
    held.missingSaid = true
    return held.length
  }
  if (end <= held.length) return undefined
  makeRoom(held, end)
  held.bytes.set(data.subarray(held.length - offset), held.length)
  held.length = end
  held.missingSaid = false
  return undefined
}

/** An utterance's first `length` bytes, which stay as they are, or how many there are where that is fewer. */
export function soundOf(
  utterances: Utterances,
  { utterance, length }: Pick<CallTranscribeFrame, 'utterance' | 'length'>,
): Uint8Array | { readonly missing: number } {
  const held = utterances.get(utterance)
  if (held === undefined || held.length < length) return { missing: held?.length ?? 0 }
  return held.bytes.subarray(0, length)
}

function hold(utterances: Utterances, number: number): Utterance {
  const held = utterances.get(number) ?? { bytes: new Uint8Array(0), length: 0, missingSaid: false }
  utterances.delete(number)
  utterances.set(number, held)
  const [oldest] = utterances.keys()
  if (utterances.size > mostHeld && oldest !== undefined) utterances.delete(oldest)
  return held
}

function makeRoom(held: Utterance, end: number): void {
  const size = held.bytes.byteLength
  if (end <= size) return
  const grown = new Uint8Array(Math.min(maxUtteranceBytes, Math.max(end, 2 * size, firstBytes)))
  grown.set(held.bytes.subarray(0, held.length))
  held.bytes = grown
}
