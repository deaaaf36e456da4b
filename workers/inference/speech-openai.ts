import { FormData } from 'undici'
import { CodedError, type ErrorCode } from '../../bus/contract/errors.ts'
import { maxSpeechBytes, voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { isAudioFile, wavOf, withWavLength } from './audio-file.ts'
import { BackendError, shownAddress } from './backend.ts'
import { faultOfStatus } from './fault.ts'
import { heardWords } from './heard-words.ts'
import { askBytes, askJson, type Call, type Reply } from './http.ts'
import { openaiWords } from './openai-stream.ts'
import type { SpeechPlace, SpeechToText, TextToSpeech } from './speech.ts'
import { withinTime } from './within-time.ts'

export interface SpeechServer {
  /** With its version: `https://host/v1`. */
  readonly baseUrl: string
  readonly model: string
  readonly key?: string | undefined
  /** Longest work on one question, in milliseconds. Default 50,000. */
  readonly workMs?: number
}

export interface HearingOptions extends SpeechServer {
  /** Of what is said, as `en`; without it the server finds out. */
  readonly language?: string | undefined
}

export interface SayingOptions extends SpeechServer {
  readonly voice: string
  readonly format: string
}

/**
 * Longest work on one question, in milliseconds: whoever asked still waits then, and learns what went wrong rather than
 * that nobody answered (`speechTimeoutMs`).
 */
const usualWorkMs = 50_000

/** Shorter sound holds no word, and OpenAI refuses it. In bytes: a tenth of a second. */
const fewestBytes = (voiceSampleRateHz * 2) / 10

/** A server that speaks OpenAI's `/audio/transcriptions`: OpenAI, Groq, vLLM, Speaches, LocalAI, whisper.cpp. */
export function openaiSpeechToText({ model, language, ...server }: HearingOptions): SpeechToText {
  const desk = openDesk('speech-to-text', 'SPEECH_TO_TEXT_URL', server)
  return {
    place: desk.place,
    transcribe: async (audio, signal) => {
      if (audio.byteLength < fewestBytes) return ''
      // Filled before anything is waited for: the sound may be a view on a message's memory.
      const body = new FormData()
      body.set('file', new Blob([wavOf(audio, voiceSampleRateHz)], { type: 'audio/wav' }), 'speech.wav')
      body.set('model', model)
      body.set('response_format', 'json')
      if (language !== undefined) body.set('language', language)
      return desk.ask('/audio/transcriptions', body, signal, async (call) =>
        heardWords(readTranscript(call.backend, await askJson(call, desk.fault))),
      )
    },
  }
}

/** A server that speaks OpenAI's `/audio/speech`: OpenAI, Kokoro-FastAPI, Speaches, LocalAI, openedai-speech. */
export function openaiTextToSpeech({ model, voice, format, ...server }: SayingOptions): TextToSpeech {
  const desk = openDesk('text-to-speech', 'TEXT_TO_SPEECH_URL', server)
  return {
    place: desk.place,
    say: (text, signal) =>
      desk.ask(
        '/audio/speech',
        { model, input: text, voice, response_format: format },
        signal,
        async (call) => {
          const bytes = await askBytes(call, maxSpeechBytes, desk.fault)
          if (isAudioFile(bytes)) return withWavLength(bytes)
          throw malformed(call.backend, 'sent something that is no sound', errorWords(bytes))
        },
      ),
  }
}

interface Desk {
  readonly place: SpeechPlace
  fault(reply: Reply, text: string): BackendError
  ask<Value>(
    path: string,
    body: object,
    signal: AbortSignal,
    read: (call: Call) => Promise<Value>,
  ): Promise<Value>
}

function openDesk(
  backend: string,
  variable: string,
  { baseUrl, key, workMs = usualWorkMs }: Omit<SpeechServer, 'model'>,
): Desk {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return {
    place: { backend, address: shownAddress(baseUrl), variable },
    fault: (reply, text) => faultOfStatus(backend, reply, openaiWords(text)),
    ask: async (path, body, signal, read) => {
      try {
        return await withinTime(backend, { signal, forMs: workMs }, (own) =>
          read({ backend, url: baseUrl + path, headers, signal: own, body }),
        )
      } catch (error) {
        throw error instanceof BackendError ? forCallers(error, backend) : error
      }
    },
  }
}

/**
 * Whoever calls reads which server it is about, and no more; whoever runs the house finds the rest in the log. Where the
 * settings are wrong the server's own words are part of it, since no log takes those.
 */
function forCallers({ code, message, detail, retryAfterMs, cause }: BackendError, what: string): CodedError {
  const words = isForOwner.has(code) ? detail.slice(message.length) : ''
  const told = `The ${what} server ${wordsOf[code] ?? 'failed'}${words}`
  return new CodedError(code, message, { detail: told, retryAfterMs, cause })
}

const isForOwner: ReadonlySet<ErrorCode> = new Set(['backend_refused', 'model_not_found'])

const wordsOf: Partial<Record<ErrorCode, string>> = {
  backend_unavailable: 'cannot be reached just now',
  backend_stalled: 'took too long',
  backend_malformed: 'sent something unreadable',
  backend_refused: 'refused it',
  model_not_found: 'does not have its model',
}

/** whisper.cpp tells an error with status 200. @throws BackendError `backend_malformed`. */
function readTranscript(backend: string, answer: unknown): string {
  const { text } = (answer ?? {}) as { text?: unknown }
  if (typeof text === 'string') return text
  throw malformed(backend, 'wrote nothing down', openaiWords(JSON.stringify(answer)))
}

/** An error may come with status 200; the bytes of anything else tell people nothing. */
const errorWords = (bytes: Buffer): string => (bytes[0] === 0x7b ? openaiWords(bytes.toString()) : '')

const malformed = (backend: string, what: string, words: string): BackendError =>
  new BackendError('backend_malformed', `The model backend "${backend}" ${what}`, { words })
