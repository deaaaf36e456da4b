import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxAudioFrameBytes, maxFramesPerSecond, maxUtteranceBytes } from '../../bus/contract/limits.ts'
import type { CallAudioFrame } from '../../bus/contract/voice.ts'
import { Utterances } from './utterances.ts'

const callId = uuidv7()
/** 20 ms that no other 20 ms are like. */
const frameOf = (number: number) => Int16Array.from({ length: 320 }, (_, at) => number * 31 + at)

/** Utterances and a hub, which holds what it gets as PROTOCOL section 11 says. */
function line(t: TestContext) {
  t.mock.timers.reset()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hub = { isHere: true, has: new Map<number, number[]>(), frames: [] as CallAudioFrame[] }
  const missing: { utterance: number; offset: number }[] = []
  const utterances = new Utterances(callId, {
    send: (frame) => {
      if (!hub.isHere) return false
      hub.frames.push(frame)
      const had = hub.has.get(frame.utterance) ?? []
      if (frame.offset > had.length) missing.push({ utterance: frame.utterance, offset: had.length })
      else hub.has.set(frame.utterance, [...had, ...frame.data.slice(had.length - frame.offset)])
      return true
    },
    onSent: () => {},
  })
  const speak = (number: number, count: number, from = 0) => {
    for (let one = 0; one < count; one += 1) {
      utterances.add(number, frameOf(from + one))
      t.mock.timers.tick(20)
    }
  }
  /** Lets time go on, and the hub say what it lacks. */
  const settle = () => {
    for (let turn = 0; turn < 400; turn += 1) {
      const lacked = missing.shift()
      if (lacked) utterances.missing(lacked)
      t.mock.timers.tick(50)
    }
  }
  const soundOf = (count: number) =>
    Array.from({ length: count }, (_, one) => [...new Uint8Array(frameOf(one).buffer)]).flat()
  return { hub, utterances, speak, settle, soundOf }
}

suite('utterances', () => {
  test('sound goes out in pieces of 100 ms while somebody speaks, and the rest when it is asked for', (t) => {
    const { hub, utterances, speak, settle, soundOf } = line(t)
    const number = utterances.begin()
    speak(number, 23)
    assert.deepEqual(
      hub.frames.map(({ data }) => data.length),
      [3_200, 3_200, 3_200, 3_200],
    )
    assert.equal(utterances.isSent(number, utterances.lengthOf(number)), false)
    utterances.pump()
    settle()
    assert.equal(utterances.isSent(number, utterances.lengthOf(number)), true)
    assert.deepEqual(hub.has.get(number), soundOf(23))
  })

  test('another hub gets all of it from the beginning, in pieces that it takes and no faster than it takes them', (t) => {
    const { hub, utterances, speak, settle, soundOf } = line(t)
    const number = utterances.begin()
    speak(number, 400)
    hub.has.clear()
    hub.frames.length = 0
    speak(number, 5, 400)
    let perSecond = 0
    for (let ms = 0; ms < 1_000; ms += 10) {
      t.mock.timers.tick(10)
      if (ms === 0) utterances.missing({ utterance: number, offset: 0 })
    }
    perSecond = hub.frames.length
    assert.ok(perSecond <= maxFramesPerSecond / 2, `${perSecond} frames in a second`)
    settle()
    assert.deepEqual(hub.has.get(number), soundOf(405))
    assert.ok(hub.frames.every(({ data }) => data.length <= maxAudioFrameBytes))
  })

  test('what was said while nobody was there goes out when somebody is', (t) => {
    const { hub, utterances, speak, settle, soundOf } = line(t)
    const number = utterances.begin()
    speak(number, 10)
    hub.isHere = false
    speak(number, 50, 10)
    hub.isHere = true
    hub.has.clear()
    utterances.pump()
    utterances.isSent(number, utterances.lengthOf(number))
    settle()
    assert.deepEqual(hub.has.get(number), soundOf(60))
  })

  test('of the third and later ones nothing goes out until the first is done with', (t) => {
    const { hub, utterances, speak, settle } = line(t)
    const numbers = [0, 1, 2].map(() => utterances.begin())
    for (const number of numbers) {
      speak(number, 10)
      utterances.isSent(number, utterances.lengthOf(number))
    }
    settle()
    assert.deepEqual([...hub.has.keys()], [0, 1])
    utterances.forget(0)
    settle()
    assert.deepEqual([...hub.has.keys()], [0, 1, 2])
  })

  test('one that is cut goes on as another, and no sound is lost between', (t) => {
    const { hub, utterances, speak, settle, soundOf } = line(t)
    const number = utterances.begin()
    speak(number, 60)
    const next = utterances.cut(number, 40 * 640)
    speak(next, 10, 60)
    for (const one of [number, next]) utterances.isSent(one, utterances.lengthOf(one))
    utterances.pump()
    settle()
    const heard = [...(hub.has.get(number) ?? []).slice(0, 40 * 640), ...(hub.has.get(next) ?? [])]
    assert.deepEqual(heard, soundOf(70))
  })

  test('none is longer than one may be', (t) => {
    const { utterances } = line(t)
    const number = utterances.begin()
    for (let one = 0; one < 1_400; one += 1) utterances.add(number, frameOf(one))
    assert.equal(utterances.lengthOf(number), maxUtteranceBytes)
  })

  test('whatever a hub loses and lacks, it has all of it in the end', (t) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('speak', 'away', 'lost', 'here'), { maxLength: 20 }), (events) => {
        const { hub, utterances, speak, settle, soundOf } = line(t)
        const number = utterances.begin()
        let count = 0
        for (const event of events) {
          if (event === 'speak') speak(number, 9, count)
          if (event === 'speak') count += 9
          if (event === 'lost') hub.has.clear()
          hub.isHere = event === 'away' ? false : event === 'here' ? true : hub.isHere
        }
        hub.isHere = true
        speak(number, 1, count)
        utterances.isSent(number, utterances.lengthOf(number))
        // What the hub says to who asks for words of more than it has.
        utterances.missing({ utterance: number, offset: (hub.has.get(number) ?? []).length })
        settle()
        assert.deepEqual(hub.has.get(number), soundOf(count + 1))
      }),
      { numRuns: 60 },
    )
  })
})
