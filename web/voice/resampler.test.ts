import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Resampler, toPcm16 } from './resampler.ts'

const toHz = 16_000
/** Rates that browsers give an audio context, and one below ours. */
const rates = [44_100, 48_000, 96_000, 16_000, 8_000]

const toneOf = (rateHz: number, hz: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: rateHz * seconds }, (_, at) => Math.sin((2 * Math.PI * hz * at) / rateHz))

/** How loud a tone comes out, in decibels against how it went in; the ends, where it begins and stops, are left out. */
function gainAt(fromHz: number, hz: number): number {
  const out = new Resampler(fromHz, toHz).push(toneOf(fromHz, hz)).slice(400, -400)
  const power = out.reduce((sum, sample) => sum + sample * sample, 0) / out.length
  return 10 * Math.log10(power / 0.5 + 1e-12)
}

for (const fromHz of rates)
  test(`speech comes through from ${fromHz} Hz as loud as it went in`, () => {
    for (const hz of [100, 440, 1_000, 3_000, 6_000].filter((one) => one < 0.38 * fromHz))
      assert.ok(Math.abs(gainAt(fromHz, hz)) < 0.5, `${hz} Hz: ${gainAt(fromHz, hz)} dB`)
  })

for (const fromHz of [44_100, 48_000, 96_000])
  test(`what 16 kHz cannot hold does not come back as another tone from ${fromHz} Hz`, () => {
    for (const hz of [8_300, 9_000, 12_000, 15_500, 20_000])
      assert.ok(gainAt(fromHz, hz) < -50, `${hz} Hz: ${gainAt(fromHz, hz)} dB`)
  })

test('a sound is the same however it is cut into pieces', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...rates),
      fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 12 }),
      (fromHz, lengths) => {
        const sound = toneOf(fromHz, 700, 0.1)
        const whole = new Resampler(fromHz, toHz).push(sound)
        const parted = new Resampler(fromHz, toHz)
        const out: number[] = []
        let at = 0
        for (const length of [...lengths, sound.length]) {
          out.push(...parted.push(sound.slice(at, at + length)))
          at += length
        }
        assert.deepEqual(out, [...whole])
      },
    ),
    { numRuns: 40 },
  )
})

test('no sample is lost or made up over a minute', () => {
  const resampler = new Resampler(44_100, toHz)
  let samples = 0
  for (let piece = 0; piece < 60 * 50; piece += 1) samples += resampler.push(new Float32Array(882)).length
  assert.ok(Math.abs(samples - 60 * toHz) < 40, `${samples} samples`)
})

test('what is louder than full scale is cut, not wrapped', () => {
  assert.deepEqual([...toPcm16(Float32Array.of(2, -2, 0, 0.5))], [32_767, -32_768, 0, 16_384])
})
