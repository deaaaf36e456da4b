import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { maxUtteranceBytes, voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { spokenSound } from '../../testing/voice/spoken-sound.ts'
import { frameLength, inFrames } from './microphone.ts'
import { toPcm16 } from './resampler.ts'
import { VoiceActivity } from './voice-activity.ts'

type Frame = Int16Array<ArrayBuffer>

/** An utterance as it was found: where its sound begins and ends, in seconds, and what was told of it. */
interface Found {
  readonly events: string[]
  readonly sound: Frame[]
  endS: number
}

function listener() {
  const found: Found[] = []
  const last = () => found.at(-1) ?? assert.fail('Nobody has begun to speak')
  let frames = 0
  const activity = new VoiceActivity({
    onBegin: (before) => found.push({ events: ['begin'], sound: [...before], endS: 0 }),
    onFrame: (frame) => last().sound.push(frame),
    onPause: () => last().events.push('pause'),
    onResume: () => last().events.push('resume'),
    onCut: (at) => {
      const rest = last().sound.splice(at)
      last().events.push('cut')
      found.push({ events: ['goes on'], sound: rest, endS: 0 })
    },
    onEnd: (isSpeech) => {
      last().events.push(isSpeech ? 'end' : 'drop')
      last().endS = frames / 50
    },
  })
  const hear = (sound: Float32Array) =>
    inFrames((frame) => {
      frames += 1
      activity.hear(frame)
    })(toPcm16(sound))
  return { found, activity, hear }
}

const spoken = (lengthS: number, voices: readonly (readonly [number, number])[], levels = {}) =>
  spokenSound(voiceSampleRateHz, lengthS, voices, levels)

const secondsOf = (sound: readonly Frame[]): number => (sound.length * frameLength) / voiceSampleRateHz

suite('voice activity', () => {
  test('an utterance begins half a second before its voice and ends 550 ms after it', () => {
    const { found, hear } = listener()
    hear(spoken(6, [[2, 3.5]]))
    const [one] = found
    assert.deepEqual(found.length, 1)
    assert.deepEqual(one?.events, ['begin', 'pause', 'end'])
    assert.ok(one && Math.abs(one.endS - 4.05) <= 0.1, `it ended at ${one?.endS} s`)
    const beginS = one.endS - secondsOf(one.sound)
    assert.ok(beginS <= 1.55 && beginS >= 1.3, `its sound begins at ${beginS} s`)
  })

  for (const room of [0.0002, 0.003, 0.01])
    test(`a voice is found in a room of ${room} of full scale, and the room is none`, () => {
      const { found, hear } = listener()
      hear(
        spoken(
          10,
          [
            [4, 5.5],
            [7, 8],
          ],
          { room },
        ),
      )
      assert.deepEqual(
        found.map(({ events }) => events),
        [
          ['begin', 'pause', 'end'],
          ['begin', 'pause', 'end'],
        ],
      )
    })

  test('silence, digital or not, is nobody speaking', () => {
    const { found, hear, activity } = listener()
    hear(new Float32Array(5 * voiceSampleRateHz))
    hear(spoken(20, []))
    assert.deepEqual(found, [])
    assert.ok(activity.loudness < 0.2)
  })

  test('a breath of less than half a second does not end it, and is told', () => {
    const { found, hear } = listener()
    hear(
      spoken(6, [
        [2, 3],
        [3.4, 4.2],
      ]),
    )
    assert.deepEqual(
      found.map(({ events }) => events),
      [['begin', 'pause', 'resume', 'pause', 'end']],
    )
  })

  test('a click is too short for a beginning, and a knock for speech', () => {
    const { found, hear } = listener()
    const click = spoken(2, [])
    click.fill(0.8, voiceSampleRateHz, voiceSampleRateHz + 160)
    hear(click)
    assert.deepEqual(found, [])
    hear(spoken(3, [[1.1, 1.2]]))
    assert.deepEqual(
      found.map(({ events }) => events),
      [['begin', 'drop']],
    )
  })

  test('a fan that is switched on is the room after some seconds, and a voice is found in it', () => {
    const { found, hear } = listener()
    hear(spoken(3, []))
    hear(spoken(12, [[8, 9]], { room: 0.03, voice: 0.5 }))
    assert.equal(found.length, 2)
    assert.ok(found[0] && found[0].endS < 3 + 5, `the fan ended at ${found[0]?.endS} s`)
    assert.deepEqual(found[1]?.events.slice(-1), ['end'])
  })

  test('a low hum is nobody speaking', () => {
    const { found, hear } = listener()
    const hum = Float32Array.from({ length: 5 * voiceSampleRateHz }, (_, at) =>
      at < voiceSampleRateHz ? 0 : 0.008 * Math.sin((2 * Math.PI * 50 * at) / voiceSampleRateHz),
    )
    hear(hum)
    assert.deepEqual(found, [])
  })

  test('who speaks for longer than an utterance may be is cut in a gap, and no sound is lost', () => {
    const { found, hear } = listener()
    // Syllables are 250 ms apart, and there is one gap in the last three seconds before the cut.
    hear(
      spoken(34, [
        [1, 24.2],
        [24.5, 32],
      ]),
    )
    assert.deepEqual(
      found.map(({ events }) => events.at(-1)),
      ['cut', 'end'],
    )
    const [first, second] = found
    assert.ok(first && second)
    assert.ok(first.sound.length * frameLength * 2 <= maxUtteranceBytes)
    const beginS = second.endS - secondsOf(second.sound)
    assert.ok(beginS > 24.2 && beginS < 24.5, `it was cut at ${beginS} s`)
    const all = [...first.sound, ...second.sound]
    assert.ok(Math.abs(secondsOf(all) - (second.endS - 0.5)) < 0.3)
  })

  test('who ends just before an utterance is cut has said nothing behind the cut', () => {
    const { found, hear } = listener()
    // The voice begins at 1 s, its sound half a second before that; 25 s later it has been silent for 0.3 s.
    hear(spoken(28, [[1, 25.2]]))
    assert.deepEqual(
      found.map(({ events }) => events.at(-1)),
      ['cut', 'drop'],
    )
  })

  test('muting in a word ends the utterance, and nothing of it is left for the next', () => {
    const { found, hear, activity } = listener()
    hear(spoken(2, [[1, 2]]))
    assert.ok(activity.isSpeaking)
    assert.ok(activity.voicedMs > 500)
    activity.rest()
    assert.deepEqual(
      found.map(({ events }) => events),
      [['begin', 'end']],
    )
    assert.equal(activity.isSpeaking, false)
    hear(spoken(1, []))
    assert.equal(found.length, 1)
  })
})
