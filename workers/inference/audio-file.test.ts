import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readWav } from '../../testing/backends/wav.ts'
import { isAudioFile, wavOf, withWavLength } from './audio-file.ts'

const bytesOf = (head: string): Buffer => Buffer.from(head.replaceAll(' ', ''), 'hex')

for (const [kind, head] of [
  ['MP3 with a tag', '494433 04000000000000'],
  ['MP3', 'fffb9064 00000000'],
  ['MP3 of 22,050 samples a second', 'fff3 60c4'],
  ['AAC', 'fff15080 03bffc'],
  ['WAV', '52494646 ffffffff 57415645 666d7420'],
  ['Ogg', '4f676753 0002'],
  ['FLAC', '664c6143 00000022'],
  ['MP4', '00000020 66747970 4d344120'],
] as const)
  test(`${kind} is sound`, () => assert.ok(isAudioFile(bytesOf(head))))

for (const [kind, head] of [
  ['nothing', ''],
  ['an error as JSON', '7b226572726f72223a7b7d7d'],
  ['a page', '3c21646f63747970652068746d6c3e'],
  ['silence without a head', '0000000000000000'],
  ['loud samples without a head', 'ffff feff'],
  ['another kind of RIFF', '52494646 00000000 41564920'],
] as const)
  test(`${kind} is no sound`, () => assert.ok(!isAudioFile(bytesOf(head))))

test('samples become a WAV file that a strict reader takes, without half a sample at the end', () => {
  const sound = readWav(wavOf(Uint8Array.of(1, 0, 255, 127, 0, 128, 9), 16_000))
  assert.deepEqual(sound, { samples: Int16Array.of(1, 32_767, -32_768), sampleRateHz: 16_000 })
})

for (const [what, length] of [
  ['no length', 0],
  ['the largest length', 0xffffffff],
] as const)
  test(`a WAV file that was sent while it was made, with ${what} at its head, gets its own`, () => {
    const whole = wavOf(new Uint8Array(600), 24_000)
    const sent = Buffer.from(whole)
    sent.writeUInt32LE(length, 4)
    sent.writeUInt32LE(length, 40)
    assert.deepEqual(withWavLength(sent), whole)
  })

test('a file that says how long it is, or is no WAV, stays as it is', () => {
  const listed = Buffer.concat([wavOf(new Uint8Array(8), 24_000), Buffer.from('LIST\x04\0\0\0INFO')])
  for (const file of [listed, Buffer.from('ID3 and what follows'), Buffer.from('RIFF')])
    assert.deepEqual(withWavLength(Buffer.from(file)), file)
})
