import { Type } from 'typebox'
import { maxReplyLength } from '../bus/contract/limits.ts'
import { choice, duration, flag, names, optionalText, optionalUrl, text, whole } from '../settings/kinds.ts'
import type { ReadText } from '../settings/read-text.ts'
import { settingsOf } from '../settings/setting.ts'
import { sharedSettings } from '../settings/shared-settings.ts'

/**
 * Where Ollama listens, in the forms its own OLLAMA_HOST takes: `http://host:port`, `host:port`, `host`, `:port`.
 * Without a scheme the port is 11434; an address that means "every interface" is reached on loopback.
 */
const readOllamaUrl: ReadText = (raw) => {
  const hasScheme = raw.includes('://')
  const text = hasScheme ? raw : `http://${raw.startsWith(':') ? `127.0.0.1${raw}` : raw}`
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!hasScheme && !/:\d+(\/|$)/.test(raw)) url.port = '11434'
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return url.href.replace(/\/+$/, '')
}

const ollamaUrl = settingsOf({
  schema: Type.String(),
  read: readOllamaUrl,
  takes: 'an address such as http://127.0.0.1:11434 or host:port',
})

const optionalLanguage = settingsOf({
  schema: Type.Union([Type.String({ pattern: '^[a-z]{2}$' }), Type.Undefined()]),
  read: (raw) => raw.toLowerCase(),
  takes: 'a language of two letters (ISO 639-1) such as en',
})

/** Every variable the worker knows. OpenTelemetry's own (`OTEL_*`) are read by `telemetry/`. */
export const workerSettings = {
  ollamaUrl: ollamaUrl('OLLAMA_BASE_URL', {
    aliases: ['OLLAMA_HOST', 'OLLAMA_URL'],
    default: 'http://127.0.0.1:11434',
    meaning: 'Where Ollama answers. 0.0.0.0 is reached on loopback.',
  }),
  firstTokenTimeoutMs: duration()('OLLAMA_TIMEOUT', {
    default: '5m',
    meaning:
      'Longest wait for the first token of any backend, with queueing, loading the model and reading the prompt. Past it the reply ends with backend_stalled.',
  }),
  tokenTimeoutMs: duration()('TOKEN_TIMEOUT', {
    default: '60s',
    meaning:
      'Longest silence between two tokens. Past it the worker tries to go on from there, then gives up.',
  }),
  defaultModel: optionalText('DEFAULT_MODEL', {
    aliases: ['DEFAULT_OLLAMA_MODEL'],
    meaning: 'Answers where a request names no model. Without it: the first model of the first backend.',
  }),
  ollamaWait: flag('OLLAMA_WAIT', {
    default: 'false',
    meaning: 'Take no work before Ollama answers and has the models of OLLAMA_WAIT_MODELS.',
  }),
  ollamaWaitTimeoutMs: duration()('OLLAMA_WAIT_TIMEOUT', {
    default: '5m',
    meaning: 'Longest such wait. Past it the worker ends with an error.',
  }),
  ollamaWaitIntervalMs: duration()('OLLAMA_WAIT_INTERVAL', {
    default: '2s',
    meaning: 'Time between two looks during that wait.',
  }),
  ollamaWaitModels: names('OLLAMA_WAIT_MODELS', {
    meaning: 'Models that must be there before work is taken, with commas between them.',
  }),
  openaiUrl: optionalUrl('OPENAI_BASE_URL', {
    meaning:
      'An OpenAI-compatible server, with its version: https://host/v1. Groq, vLLM, llama.cpp and others.',
  }),
  openaiKey: optionalText('OPENAI_API_KEY', {
    meaning: 'Its key, sent as a bearer token; to Ray Serve as well.',
    secret: true,
  }),
  openaiContinue: choice(
    'auto',
    'on',
    'off',
  )('OPENAI_CONTINUE', {
    default: 'auto',
    meaning:
      'Whether that server can go on with a begun answer (continue_final_message). auto: where it says that it is vLLM.',
  }),
  rayServeUrl: optionalUrl('RAY_SERVE_URL', {
    meaning: 'Ray Serve LLM; /llm/v1 is added unless the address ends in /v1.',
  }),
  demo: choice(
    'auto',
    'on',
    'off',
  )('DEMO', {
    default: 'auto',
    meaning:
      'The demo that answers without a model: auto while no backend has a model, on always, off never.',
  }),
  maxConcurrentChats: whole(1, 10_000)('MAX_CONCURRENT_CHATS', {
    default: '16',
    meaning: 'Most replies this worker writes at once. What is more waits on the bus.',
  }),
  maxReplyLength: whole(1, 250_000)('MAX_REPLY_LENGTH', {
    default: String(maxReplyLength),
    meaning: 'Longest reply in UTF-16 code units. Past it the reply ends there (finish reason: length).',
  }),
  speechToTextUrl: optionalUrl('SPEECH_TO_TEXT_URL', {
    meaning:
      'Writes down what people say in calls: a server with OpenAI’s /audio/transcriptions, with its version: https://host/v1.',
  }),
  speechToTextModel: text('the name of a model')('SPEECH_TO_TEXT_MODEL', {
    default: 'whisper-1',
    meaning: 'Its model.',
  }),
  speechToTextLanguage: optionalLanguage('SPEECH_TO_TEXT_LANGUAGE', {
    meaning: 'The language that is spoken, as en. Without it the model finds out.',
  }),
  speechToTextKey: optionalText('SPEECH_TO_TEXT_API_KEY', {
    meaning: 'Its key, sent as a bearer token.',
    secret: true,
  }),
  textToSpeechUrl: optionalUrl('TEXT_TO_SPEECH_URL', {
    meaning:
      'Says what companions answer in calls: a server with OpenAI’s /audio/speech, with its version: https://host/v1.',
  }),
  textToSpeechModel: text('the name of a model')('TEXT_TO_SPEECH_MODEL', {
    default: 'tts-1',
    meaning: 'Its model.',
  }),
  textToSpeechVoice: text('the name of a voice')('TEXT_TO_SPEECH_VOICE', {
    default: 'alloy',
    meaning: 'Its voice.',
  }),
  textToSpeechFormat: choice(
    'mp3',
    'wav',
    'opus',
    'flac',
    'aac',
  )('TEXT_TO_SPEECH_FORMAT', {
    default: 'mp3',
    meaning:
      'What it is asked for. wav and flac are large: what is said at once may be no more than 800 KiB.',
  }),
  textToSpeechKey: optionalText('TEXT_TO_SPEECH_API_KEY', {
    meaning: 'Its key, sent as a bearer token.',
    secret: true,
  }),
  maxConcurrentSpeech: whole(1, 1_000)('MAX_CONCURRENT_SPEECH', {
    default: '8',
    meaning:
      'Most utterances this worker has written down at once, and most pieces of answers it has said; half of them for one person.',
  }),
  ...sharedSettings,
}
