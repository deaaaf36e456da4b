import { type TSchema, Type } from 'typebox'
import { maxReplyLength } from '../bus/contract/limits.ts'
import {
  type ReadValue,
  readDuration,
  readFlag,
  readHttpUrl,
  readList,
  readNatsUrl,
  readOllamaUrl,
  readText,
  readWhole,
} from './config-values.ts'

/** One row of the README's table. */
export interface Variable {
  readonly name: string
  readonly aliases: readonly string[]
  /** As one would write it; empty: none. */
  readonly default: string
  readonly meaning: string
}

/** One variable with what it takes. */
export interface Setting<Schema extends TSchema> extends Variable {
  readonly schema: Schema
  readonly read: ReadValue
  readonly takes: string
  readonly secret: boolean
}

type SettingWords = { aliases?: string[]; default?: string; meaning: string; secret?: boolean }

const setting =
  <Schema extends TSchema>(schema: Schema, read: ReadValue, takes: string) =>
  (name: string, words: SettingWords): Setting<Schema> => ({
    aliases: [],
    default: '',
    secret: false,
    ...words,
    name,
    schema,
    read,
    takes,
  })

const maxDurationMs = 24 * 3_600_000
const duration = setting(
  Type.Integer({ minimum: 1, maximum: maxDurationMs }),
  readDuration,
  'a time such as 30, 30s, 500ms or 5m (a bare number is seconds), at most 24h',
)
const flag = setting(Type.Boolean(), readFlag, 'true or false')
const optionalText = setting(
  Type.Union([Type.String({ maxLength: 4096 }), Type.Undefined()]),
  readText,
  'text of at most 4,096 characters',
)
const names = setting(Type.Array(Type.String()), readList, 'names with commas between them')
const whole = (minimum: number, maximum: number) =>
  setting(
    Type.Integer({ minimum, maximum }),
    readWhole,
    `a whole number from ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}`,
  )
const optionalUrl = setting(
  Type.Union([Type.String(), Type.Undefined()]),
  readHttpUrl,
  'an address that begins with http:// or https://',
)
const choice = <const Words extends readonly string[]>(...words: Words) =>
  setting(Type.Unsafe<Words[number]>(Type.Enum([...words])), readText, `one of ${words.join(', ')}`)

/** Every variable the worker knows. OpenTelemetry's own (`OTEL_*`) are read by `telemetry/`. */
export const settings = {
  natsUrl: setting(
    Type.String(),
    readNatsUrl,
    'an address such as nats://token@127.0.0.1:4222',
  )('NATS_URL', {
    default: 'nats://127.0.0.1:4222',
    meaning: 'The bus. A token or a user may stand before the @.',
    secret: true,
  }),
  ollamaUrl: setting(
    Type.String(),
    readOllamaUrl,
    'an address such as http://127.0.0.1:11434 or host:port',
  )('OLLAMA_BASE_URL', {
    aliases: ['OLLAMA_HOST', 'OLLAMA_URL'],
    default: 'http://127.0.0.1:11434',
    meaning: 'Where Ollama answers. 0.0.0.0 is reached on loopback.',
  }),
  firstTokenTimeoutMs: duration('OLLAMA_TIMEOUT', {
    default: '5m',
    meaning:
      'Longest wait for the first token of any backend, with queueing, loading the model and reading the prompt. Past it the reply ends with backend_stalled.',
  }),
  tokenTimeoutMs: duration('TOKEN_TIMEOUT', {
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
  ollamaWaitTimeoutMs: duration('OLLAMA_WAIT_TIMEOUT', {
    default: '5m',
    meaning: 'Longest such wait. Past it the worker ends with an error.',
  }),
  ollamaWaitIntervalMs: duration('OLLAMA_WAIT_INTERVAL', {
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
      'The demo that answers without a model: auto while no backend can be reached, on always, off never.',
  }),
  maxConcurrentChats: whole(1, 10_000)('MAX_CONCURRENT_CHATS', {
    default: '16',
    meaning: 'Most replies this worker writes at once. What is more waits on the bus.',
  }),
  maxReplyLength: whole(1, 250_000)('MAX_REPLY_LENGTH', {
    default: String(maxReplyLength),
    meaning: 'Longest reply in UTF-16 code units. Past it the reply ends there (finish reason: length).',
  }),
  drainGraceMs: duration('DRAIN_GRACE', {
    default: '20s',
    meaning:
      'Time that running replies get to end when the worker is told to stop. Past it others take them over.',
  }),
  logLevel: choice(
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
    'silent',
  )('LOG_LEVEL', {
    default: 'info',
    meaning: 'What is logged at least.',
  }),
  logFormat: choice('json', 'pretty')('LOG_FORMAT', {
    default: 'json',
    meaning: 'One JSON object a line, or lines for people.',
  }),
}
