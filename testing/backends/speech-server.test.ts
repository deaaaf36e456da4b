import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitUntil } from '../servers/wait-until.ts'
import { type SpeechServer, type SpeechServerOptions, startSpeechServer } from './speech-server.ts'
import { toneSpeech } from './tone-speech.ts'
import { readWav, wavFile } from './wav.ts'

const phrases = ['Hello', 'How are you?']
const speech = toneSpeech(phrases)

test('what it says it understands', () =>
  withServer({ phrases }, async (server) => {
    const answer = await say(server, 'How are you?')
    assert.equal(answer.headers.get('content-type'), 'audio/wav')
    const file = await answer.bytes()
    assert.equal(readWav(file).sampleRateHz, 24_000)
    const heard = await transcribe(server, file, { language: 'en', response_format: 'json' })
    assert.deepEqual(await heard.json(), { text: 'How are you?' })
    assert.deepEqual(server.said, [
      { model: 'tts-1', input: 'How are you?', voice: 'alloy', format: undefined },
    ])
    assert.partialDeepStrictEqual(server.heard, [
      { model: 'whisper-1', language: 'en', format: 'json', fileName: 'speech.wav', words: 'How are you?' },
    ])
    assert.equal(server.heard[0]?.ms, 1_250)
  }))

test('what lasts without being one of its phrases has a length, and no words', () =>
  withServer({ phrases }, async (server) => {
    const file = await (await say(server, 'Something else')).bytes()
    assert.equal(readWav(file).samples.length, 'Something else'.length * 60 * 24)
    assert.deepEqual(await (await transcribe(server, file)).json(), { text: '' })
  }))

test('one that always answers the same listens to nothing', () => {
  const sound = wavFile({ samples: new Int16Array(8), sampleRateHz: 8_000 })
  return withServer({ phrases, always: { words: 'Yes', sound } }, async (server) => {
    assert.deepEqual(await (await say(server, 'Hello')).bytes(), Uint8Array.from(sound))
    assert.deepEqual(await (await transcribe(server, sound)).json(), { text: 'Yes' })
    assert.deepEqual([server.heard, server.said], [[], []])
  })
})

test('a key that is asked for must be there, and a request must have what it needs', () =>
  withServer({ apiKey: 'secret' }, async (server) => {
    const status = async (path: string, headers: HeadersInit, body: BodyInit) => {
      const answer = await fetch(server.baseUrl + path, { method: 'POST', headers, body })
      return answer.status
    }
    const key = { authorization: 'Bearer secret' }
    assert.equal(await status('/audio/speech', {}, '{}'), 401)
    assert.equal(await status('/audio/speech', key, '{"model":"tts-1","input":"","voice":"alloy"}'), 400)
    assert.equal(await status('/audio/transcriptions', key, '{}'), 400)
    const form = new FormData()
    form.set('model', 'whisper-1')
    form.set('file', new Blob(['no sound']), 'speech.wav')
    assert.equal(await status('/audio/transcriptions', key, form), 400)
    assert.equal(await status('/elsewhere', key, '{}'), 404)
  }))

test('a fault strikes until it is lifted, and what is paused is answered then', () =>
  withServer({ phrases }, async (server) => {
    const file = wavFile(speech.soundOf(['Hello'], 16_000))
    await server.setFault({ kind: 'status', status: 503, message: 'loading' }, { requests: 1 })
    assert.equal((await say(server, 'Hello')).status, 503)
    await server.setFault({ kind: 'garbage-line', afterTokens: 0 })
    await assert.rejects((await transcribe(server, file)).json())
    await server.setFault({ kind: 'end-early', afterTokens: 0 })
    await assert.rejects((await say(server, 'Hello')).bytes())
    await server.setFault({ kind: 'huge-line', afterTokens: 0, bytes: 1_000_000 })
    assert.ok((await (await say(server, 'Hello')).bytes()).length > 1_000_000)
    await server.setFault({ kind: 'pause', afterTokens: 0 })
    const paused = transcribe(server, file)
    await waitUntil('it is being asked', () => server.openCount() === 1)
    await server.setFault(undefined)
    assert.deepEqual(await (await paused).json(), { text: 'Hello' })
  }))

async function withServer(options: SpeechServerOptions, use: (server: SpeechServer) => Promise<void>) {
  const server = await startSpeechServer(options)
  try {
    await use(server)
  } finally {
    await server.stop()
  }
}

const say = (server: SpeechServer, input: string) =>
  fetch(`${server.baseUrl}/audio/speech`, {
    method: 'POST',
    body: JSON.stringify({ model: 'tts-1', input, voice: 'alloy' }),
  })

function transcribe(
  server: SpeechServer,
  file: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ model: 'whisper-1', ...fields })) form.set(name, value)
  form.set('file', new Blob([file]), 'speech.wav')
  return fetch(`${server.baseUrl}/audio/transcriptions`, { method: 'POST', body: form })
}
