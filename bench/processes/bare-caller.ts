import { Agent, FormData, request } from 'undici'
import { voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { wavOf } from '../../workers/inference/audio-file.ts'
import { type Ask, checkSound, checkWords, type Kind, pieceOfText, utterance } from './questions.ts'

const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 1 })
const wav = wavOf(utterance, voiceSampleRateHz)

/** Asks the speech server itself, by the least that does: one request. */
export const bareCaller = (speechUrl: string): Readonly<Record<Kind, Ask>> => ({
  say: async () => {
    const asked = { model: 'tts-1', input: pieceOfText, voice: 'alloy', response_format: 'wav' }
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(asked)
    const answer = await request(`${speechUrl}/audio/speech`, {
      dispatcher: agent,
      method: 'POST',
      headers,
      body,
    })
    checkSound(await answer.body.bytes())
  },
  hear: async () => {
    const body = new FormData()
    body.set('file', new Blob([wav], { type: 'audio/wav' }), 'speech.wav')
    body.set('model', 'whisper-1')
    body.set('response_format', 'json')
    const answer = await request(`${speechUrl}/audio/transcriptions`, {
      dispatcher: agent,
      method: 'POST',
      body,
    })
    const { text } = (await answer.body.json()) as { text?: unknown }
    checkWords(text)
  },
})
