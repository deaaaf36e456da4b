import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxAudioFrameBytes, maxUtteranceBytes } from '../../bus/contract/limits.ts'
import { keepSound, soundOf, type Utterances } from './utterances.ts'

const frame = (utterance: number, offset: number, ...bytes: number[]) => ({
  ...{ utterance, offset },
  data: Uint8Array.from(bytes),
})

const held = (utterances: Utterances, utterance: number, length: number) => {
  const sound = soundOf(utterances, { utterance, length })
  return sound instanceof Uint8Array ? [...sound] : sound
}

test('sound is put together from its frames, whatever of it comes twice', () => {
  const utterances: Utterances = new Map()
  for (const [offset, bytes] of [
    [0, [1, 2, 3, 4]],
    [0, [9, 9]],
    [2, [9, 9, 5, 6]],
    [6, []],
    [6, [7, 8]],
  ] as const)
    assert.equal(keepSound(utterances, frame(0, offset, ...bytes)), undefined)
  assert.deepEqual(held(utterances, 0, 8), [1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(held(utterances, 0, 4), [1, 2, 3, 4])
  assert.deepEqual(held(utterances, 0, 9), { missing: 8 })
  assert.deepEqual(held(utterances, 1, 2), { missing: 0 })
})

test('what is missing is said once, and anew when sound came and some is missing again', () => {
  const utterances: Utterances = new Map()
  assert.equal(keepSound(utterances, frame(0, 4, 5, 6)), 0)
  assert.equal(keepSound(utterances, frame(0, 6, 7, 8)), undefined)
  assert.equal(keepSound(utterances, frame(0, 0, 1, 2)), undefined)
  assert.equal(keepSound(utterances, frame(0, 6, 7, 8)), 2)
  assert.equal(keepSound(utterances, frame(0, 0, 1)), undefined)
  assert.equal(keepSound(utterances, frame(0, 8, 9)), undefined)
})

test('an utterance grows to its longest, and no further', () => {
  const utterances: Utterances = new Map()
  const data = new Uint8Array(maxAudioFrameBytes).fill(7)
  let offset = 0
  for (; offset + data.length <= maxUtteranceBytes; offset += data.length)
    keepSound(utterances, { utterance: 0, offset, data })
  const tooLong = { name: 'CodedError', code: 'frame_invalid' }
  assert.throws(() => keepSound(utterances, { utterance: 0, offset, data }), tooLong)
  keepSound(utterances, { utterance: 0, offset, data: data.subarray(0, maxUtteranceBytes - offset) })
  assert.throws(() => keepSound(utterances, frame(0, maxUtteranceBytes, 1)), tooLong)
  assert.throws(() => keepSound(utterances, frame(1, Number.MAX_SAFE_INTEGER, 1)), tooLong)
  const sound = soundOf(utterances, { utterance: 0, length: maxUtteranceBytes })
  assert.ok(sound instanceof Uint8Array && sound.every((byte) => byte === 7))
  assert.equal(utterances.get(0)?.bytes.byteLength, maxUtteranceBytes)
})

test('sound that was handed out stays as it is when more comes, and holds nothing of the frames', () => {
  const utterances: Utterances = new Map()
  const data = Uint8Array.from([1, 2])
  keepSound(utterances, { utterance: 0, offset: 0, data })
  const sound = soundOf(utterances, { utterance: 0, length: 2 })
  data.fill(9)
  for (let offset = 2; offset < 200_000; offset += 2) keepSound(utterances, frame(0, offset, 3, 4))
  assert.deepEqual(sound, Uint8Array.from([1, 2]))
})

test('the two utterances are held that sound came of last', () => {
  const utterances: Utterances = new Map()
  for (const number of [0, 1, 0, 2]) keepSound(utterances, frame(number, 0, 1, 2))
  assert.deepEqual(held(utterances, 0, 2), [1, 2])
  assert.deepEqual(held(utterances, 1, 2), { missing: 0 })
  keepSound(utterances, frame(1, 0, 3, 4))
  assert.deepEqual(held(utterances, 2, 2), [1, 2])
  assert.deepEqual(held(utterances, 0, 2), { missing: 0 })
})
