import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toneSpeech } from './tone-speech.ts'
import { readWav, type Sound, wavFile } from './wav.ts'

const phrases = Array.from({ length: 21 }, (_, index) => `phrase ${index}`)
const speech = toneSpeech(phrases)

for (const sampleRateHz of [16_000, 24_000, 44_100, 48_000])
  test(`every phrase is understood at ${sampleRateHz} samples a second, alone and in a row`, () => {
    for (const phrase of phrases)
      assert.equal(speech.wordsIn(speech.soundOf([120, phrase, 130], sampleRateHz)), phrase)
    const row = ['phrase 3', 'phrase 4', 'phrase 3', 'phrase 20']
    assert.equal(speech.wordsIn(speech.soundOf(row, sampleRateHz)), row.join(' '))
  })

test('a phrase is understood from its first third, quietly, and with noise around it', () => {
  const { samples, sampleRateHz } = speech.soundOf(['phrase 7'], 16_000)
  const heard = (change: (sample: number, index: number) => number): string =>
    speech.wordsIn({ samples: samples.map(change), sampleRateHz })
  assert.equal(speech.wordsIn({ samples: samples.subarray(0, samples.length / 3), sampleRateHz }), 'phrase 7')
  assert.equal(
    heard((sample) => sample / 16),
    'phrase 7',
  )
  assert.equal(
    heard((sample, index) => sample / 2 + ((index * 7919) % 2_000) - 1_000),
    'phrase 7',
  )
})

test('silence, noise and what is no phrase are not understood', () => {
  const noise: Sound = {
    samples: Int16Array.from({ length: 16_000 }, (_, index) => ((index * 7_919) % 20_011) - 10_000),
    sampleRateHz: 16_000,
  }
  const unknown = speech.soundOf(['Nobody taught me this.'], 16_000)
  assert.equal(unknown.samples.length, 22 * 60 * 16)
  for (const sound of [noise, unknown, speech.soundOf([2_000], 16_000)])
    assert.equal(speech.wordsIn(sound), '')
})

test('a WAV file is read as it was written, and refused where its head is wrong', () => {
  const sound = speech.soundOf([100, 'phrase 1'], 24_000)
  const file = wavFile(sound)
  assert.deepEqual(readWav(file), sound)
  assert.throws(() => readWav(file.subarray(0, -2)), RangeError)
  assert.throws(() => readWav(Buffer.from('RIFF')), RangeError)
})

test('there are no more phrases than pitches', () => {
  assert.throws(() => toneSpeech([...phrases, 'one more']), RangeError)
})
