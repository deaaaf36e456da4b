import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { voiceSampleRateHz } from '../../bus/contract/limits.ts'
import type { Fault } from '../../testing/backends/fault.ts'
import { type SpeechServer, startSpeechServer } from '../../testing/backends/speech-server.ts'
import { toneSpeech } from '../../testing/backends/tone-speech.ts'
import { readWav } from '../../testing/backends/wav.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { openaiSpeechToText, openaiTextToSpeech } from './speech-openai.ts'

const phrases = ['Good morning', 'What is the time?']
const never = new AbortController().signal
const status = (code: number, message: string): Fault => ({ kind: 'status', status: code, message })

/** What goes wrong, its code, the words that people then read, and those of the log. */
const faults: [string, Fault, string, RegExp, RegExp][] = [
  [
    'is not there',
    { kind: 'refuse' },
    'backend_unavailable',
    /server cannot be reached just now$/,
    /reached$/,
  ],
  [
    'is busy',
    status(503, 'busy'),
    'backend_unavailable',
    /server cannot be reached just now$/,
    /busy \(503\)$/,
  ],
  ['fails', status(500, 'out of memory'), 'backend_failed', /server failed$/, /failed \(500\)$/],
  [
    'refuses the key',
    status(401, 'who?'),
    'backend_refused',
    /server refused it: who\?$/,
    /the key \(401\)$/,
  ],
  [
    'refuses the request',
    status(400, 'no such voice'),
    'backend_refused',
    /server refused it: no such voice$/,
    /refused the request \(400\)$/,
  ],
  [
    'lost the model',
    { kind: 'model-missing' },
    'model_not_found',
    /does not have its model: The model does not exist$/,
    /does not have this \(404\)$/,
  ],
  [
    'tells an error as if all were well',
    { kind: 'error-line', afterTokens: 0, message: 'no ffmpeg' },
    'backend_malformed',
    /server sent something unreadable$/,
    /wrote nothing down|no sound/,
  ],
  [
    'sends garbage',
    { kind: 'garbage-line', afterTokens: 0 },
    'backend_malformed',
    /server sent something unreadable$/,
    /no JSON|no sound/,
  ],
  ['breaks off', { kind: 'end-early', afterTokens: 0 }, 'backend_failed', /server failed$/, /broke off/],
  [
    'resets the connection',
    { kind: 'reset', afterTokens: 0 },
    'backend_unavailable',
    /server cannot be reached just now$/,
    /could not be reached/,
  ],
  [
    'never answers',
    { kind: 'stall', afterTokens: 0 },
    'backend_stalled',
    /server took too long$/,
    /took longer than 1 seconds/,
  ],
]

describe('a server that hears and speaks', () => {
  let server: SpeechServer
  before(async () => {
    server = await startSpeechServer({ phrases, apiKey: 'secret', transcript: (words) => ` ${words}\n` })
  })
  beforeEach(() => {
    workMs = 50_000
    return server.setFault(undefined)
  })
  after(() => server.stop())

  let workMs = 50_000
  const options = (key = 'secret') => ({ baseUrl: server.baseUrl, key, workMs })
  const hear = (audio: Uint8Array, signal = never) =>
    openaiSpeechToText({ ...options(), model: 'whisper-1', language: 'en' }).transcribe(audio, signal)
  const say = (text: string, signal = never) =>
    openaiTextToSpeech({ ...options(), model: 'tts-1', voice: 'alloy', format: 'mp3' }).say(text, signal)

  test('writes down what is said', async () => {
    const words = await hear(soundOf('What is the time?'))
    assert.equal(words, 'What is the time?')
    assert.deepEqual(server.heard.at(-1), {
      model: 'whisper-1',
      language: 'en',
      format: 'json',
      fileName: 'speech.wav',
      words,
      ms: 1_250,
    })
    assert.equal(await hear(new Uint8Array(voiceSampleRateHz * 2)), '')
  })

  test('is not troubled with a click that holds no word', async () => {
    const asked = server.requests.length
    assert.equal(await hear(new Uint8Array(voiceSampleRateHz / 10)), '')
    assert.equal(server.requests.length, asked)
  })

  test('says what is written', async () => {
    const file = await say('Good morning')
    assert.equal(readWav(file).samples.length, 1.25 * 24_000)
    assert.deepEqual(server.said.at(-1), {
      model: 'tts-1',
      input: 'Good morning',
      voice: 'alloy',
      format: 'mp3',
    })
  })

  test('that sends more than one message holds is told as malformed, and let go of', async () => {
    await server.setFault({ kind: 'huge-line', afterTokens: 0, bytes: 8_000_000 })
    await assert.rejects(say('Good morning'), { code: 'backend_malformed', message: /more than 800 KiB/ })
    await waitUntil('nothing more is sent', () => server.openCount() === 0)
  })

  for (const [what, fault, code, detail, message] of faults)
    test(`that ${what} is told as ${code}, with which of the two it is`, async () => {
      if (code === 'backend_stalled') workMs = 300
      await server.setFault(fault)
      await assert.rejects(hear(soundOf('Good morning')), { code, detail, message })
      await assert.rejects(hear(soundOf('Good morning')), { detail: /^The speech-to-text server / })
      await assert.rejects(say('Good morning'), { code, detail, message })
      await assert.rejects(say('Good morning'), { detail: /^The text-to-speech server / })
    })

  test('that wants another key says so', async () => {
    const stranger = openaiTextToSpeech({
      ...options('other'),
      model: 'tts-1',
      voice: 'alloy',
      format: 'mp3',
    })
    await assert.rejects(stranger.say('Good morning', never), { code: 'backend_refused' })
  })

  test('is let go of at once when nobody wants its answer any more', async () => {
    await server.setFault({ kind: 'stall', afterTokens: 0 })
    const leaving = new AbortController()
    const asked = [hear(soundOf('Good morning'), leaving.signal), say('Good morning', leaving.signal)]
    await waitUntil('both are being asked', () => server.openCount() === 2)
    leaving.abort(new Error('enough'))
    for (const one of asked) await assert.rejects(one, { message: 'enough' })
    await waitUntil('both have ended', () => server.openCount() === 0)
  })
})

/** As it comes in a message: a view on memory that holds other things as well. */
function soundOf(phrase: string): Uint8Array {
  const { samples } = toneSpeech(phrases).soundOf([phrase], voiceSampleRateHz)
  const memory = Buffer.concat([Buffer.alloc(7, 1), Buffer.from(samples.buffer), Buffer.alloc(5, 1)])
  return memory.subarray(7, -5)
}
