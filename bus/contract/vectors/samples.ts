import type { TSchema } from 'typebox'
import { AccessChange } from '../access.ts'
import { ChatCancel, ChatFinal, ChatNotify, ChatRequest } from '../chat.ts'
import { clientFrames, hubFrames } from '../frames.ts'
import { HistoryAnswer, HistoryGet, TitleAnswer, TitleGet } from '../history.ts'
import { BusError, ModelsAnswer, ModelsList } from '../models.ts'
import { Ahead, LogEntry } from '../reply-log.ts'
import { Say, Speech, Transcribe, Transcript, VoiceAnswer, VoiceGet } from '../voice.ts'

/** One message as it stands in a vector file; `schema` names the key of `schemas` it is valid for. */
export interface Sample {
  readonly name: string
  readonly schema: string
  readonly value: object
}

/** Every schema a vector may be held against, by the name used in the files. */
export const schemas: Readonly<Record<string, TSchema>> = {
  ...clientFrames,
  ...hubFrames,
  LogEntry,
  Ahead,
  ChatRequest,
  ChatCancel,
  ChatFinal,
  ChatNotify,
  HistoryGet,
  HistoryAnswer,
  TitleGet,
  TitleAnswer,
  ModelsList,
  ModelsAnswer,
  VoiceGet,
  VoiceAnswer,
  Transcribe,
  Transcript,
  Say,
  Speech,
  AccessChange,
  BusError,
}

const request_id = '01930000-0000-7000-8000-000000000001'
const user_id = '01930000-0000-7000-8000-000000000002'
const conversation_id = '01930000-0000-7000-8000-000000000003'
const message_id = '01930000-0000-7000-8000-000000000004'
const client_id = '01930000-0000-7000-8000-000000000005'
const companion_id = '01930000-0000-7000-8000-000000000006'
const owner = '0123456789abcdef01234567'
const call_id = '01930000-0000-7000-8000-000000000007'
/** Four samples of sound: 0, 1, -2, 32,767. */
const audio = Uint8Array.of(0, 0, 1, 0, 0xfe, 0xff, 0xff, 0x7f)
const timestamp = 1_763_700_000.25
const epoch = 1_763_700_000_123

const asked = { kind: 'send', request_id, conversation_id, message_id, parent_id: null }
const send = { ...asked, message: 'Hello, 世界 🌸' }
const everyOption = {
  companion_id,
  model: 'llama3.2:3b',
  enable_rag: false,
  enable_reranker: false,
  top_k: 5,
  speak: false,
  options: { temperature: 0.7, max_tokens: 512 },
}

const head = { request_id, attempt: 1, owner }
const start = { type: 'start', ...head, n: 0, conversation_id, offset: 0, model: 'demo', backend: 'demo' }
const usage = { prompt_tokens: 12, completion_tokens: 3 }
const timings = { first_token_ms: 85.5, duration_ms: 240, tokens_per_second: 12.5 }

export const logSamples: readonly Sample[] = [
  entry('start', start),
  entry('start that continues', { ...start, attempt: 101, offset: 13, continues: 1 }),
  entry('chunk', { type: 'chunk', ...head, n: 1, offset: 0, content: 'Hi! 👋' }),
  entry('chunk of several pieces', { type: 'chunk', ...head, n: 1, offset: 0, content: 'Hi! 👋', pieces: 3 }),
  entry('thought', { type: 'thought', ...head, n: 2, content: 'They greet me.\n' }),
  entry('cue', { type: 'cue', ...head, n: 3, offset: 4, kind: 'expression', value: 'happy' }),
  entry('beat', { type: 'beat', ...head, n: 4 }),
  entry('beat that releases', { type: 'beat', ...head, n: 5, released: true }),
  entry('done', { type: 'done', ...head, n: 6, length: 6, finish_reason: 'stop', usage, timings }),
  entry('error', {
    type: 'error',
    ...head,
    n: 6,
    length: 6,
    code: 'backend_stalled',
    retryable: true,
    detail: 'The model went silent',
  }),
]

const ahead = { ...head, offset: 6, content: ' How are' }

export const messageSamples: readonly Sample[] = [
  message('Ahead', 'text ahead of a log', ahead),
  message('ChatRequest', 'chat request', {
    ...asked,
    ...everyOption,
    user_id,
    username: 'Guest',
    premium: false,
    attempt_floor: 0,
    timestamp,
  }),
  message('ChatRequest', 'greeting', {
    ...{ kind: 'greeting', request_id, conversation_id, message_id: request_id, parent_id: null },
    ...{ user_id, username: 'Mika', premium: true, attempt_floor: 100, timestamp },
  }),
  message('ChatCancel', 'cancel', { request_id, user_id, timestamp }),
  message('ChatFinal', 'final', {
    request_id,
    user_id,
    conversation_id,
    attempt: 1,
    model: 'demo',
    backend: 'demo',
    content: 'Hi! 👋',
    thoughts: 'They greet me.\n',
    cues: [{ offset: 4, kind: 'expression', value: 'happy' }],
    finish_reason: 'stop',
    usage,
    timings,
    timestamp,
  }),
  message('ChatFinal', 'final of a reply that failed', {
    request_id,
    user_id,
    conversation_id,
    attempt: 2,
    model: 'llama3.2:3b',
    backend: 'ollama',
    content: '',
    thoughts: '',
    cues: [],
    error: { code: 'backend_unavailable', retryable: true, detail: 'The model could not be reached' },
    usage: {},
    timings: { duration_ms: 30_000 },
    timestamp,
  }),
  message('ChatNotify', 'notify', { kind: 'stored', conversation_id, request_id }),
  message('HistoryGet', 'history question', { request_id, user_id, budget: 24_000 }),
  message('HistoryAnswer', 'history answer', {
    state: 'published',
    conversation_id,
    messages: [
      { role: 'user', content: 'Who are you?' },
      { role: 'assistant', content: 'A companion.' },
      { role: 'user', content: 'Hello, 世界 🌸' },
    ],
    companion: { name: 'Aoi', system_prompt: 'You are Aoi.' },
    options: { temperature: 0.7 },
  }),
  message('TitleGet', 'title question', {
    conversation_id,
    model: 'demo',
    messages: [{ role: 'user', content: 'How do I prune a rose?' }],
  }),
  message('TitleAnswer', 'title answer', { title: 'Pruning roses' }),
  message('ModelsList', 'models question', {}),
  message('ModelsAnswer', 'models answer', {
    models: [{ id: 'llama3.2:3b', backend: 'ollama', size_bytes: 2_019_393_189, context_length: 131_072 }],
    backends: [{ name: 'ollama', kind: 'ollama', status: 'up' }],
    default_model: 'llama3.2:3b',
  }),
  message('VoiceGet', 'speech workers question', {}),
  message('VoiceAnswer', 'speech workers answer', {}),
  message('Transcribe', 'utterance', { user_id, call_id, question: 0, audio }),
  message('Transcript', 'words of an utterance', { text: 'Hello, 世界' }),
  message('Say', 'text to be said', { user_id, call_id, question: 1, text: 'Hi, Mika!' }),
  message('Speech', 'sound of a text', { audio }),
  message('AccessChange', 'sessions that ended', {
    ...{ user_id, kind: 'ended', ended: [client_id], timestamp },
  }),
  message('AccessChange', 'another role', {
    ...{ user_id, kind: 'changed', ended: [], role: 'premium', timestamp },
  }),
  message('BusError', 'an answer that is an error', {
    error: { code: 'not_found', detail: 'There is nothing here', retryable: false },
  }),
]

export const frameSamples: readonly Sample[] = [
  frame({ type: 'hello', protocol: 1, client_id, resume: [{ request_id, epoch, seq: 42 }] }),
  frame({ type: 'chat.send', ...send }),
  frame(
    { type: 'chat.send', ...send, kind: 'edit', parent_id: companion_id, ...everyOption },
    ', every field',
  ),
  frame({ type: 'chat.cancel', request_id }),
  frame({ type: 'chat.cancel', request_id, heard_offset: 120 }, ', of an answer heard in part'),
  frame({ type: 'chat.resume', request_id, epoch: 0, seq: 0 }),
  frame({ type: 'call.start', call_id }),
  frame({ type: 'call.start', call_id, replace: true }, ', instead of another'),
  frame({ type: 'call.audio', call_id, utterance: 2, offset: 32_000, data: audio }),
  frame({ type: 'call.transcribe', call_id, question: 5, utterance: 2, length: 32_008 }),
  frame({ type: 'call.say', call_id, question: 6, text: 'Hi, Mika!' }),
  frame({ type: 'call.end', call_id }),
  frame({ type: 'ping', id: 7 }),
  frame({
    type: 'welcome',
    user: { id: user_id, name: 'Guest' },
    hub: 'hub-1',
    version: '0.1.0',
    epoch,
    heartbeat_ms: 25_000,
    limits: { message_length: 32_000, frame_bytes: 262_144 },
  }),
  frame({ type: 'chat.accepted', request_id, conversation_id, message_id, state: 'published' }),
  frame({ type: 'chat.ahead', ahead }),
  frame({ type: 'chat.resumed', request_id, outcome: 'snapshot' }),
  frame({ type: 'chat.changed', kind: 'stored', conversation_id, request_id }),
  frame({ type: 'call.state', call_id, state: 'open' }),
  frame({ type: 'call.missing', call_id, utterance: 2, offset: 0 }),
  frame({ type: 'call.transcript', call_id, question: 5, text: 'Hello, 世界' }),
  frame({ type: 'call.speech', call_id, question: 6, audio }),
  frame({
    ...{ type: 'call.failed', call_id, question: 6, code: 'backend_unavailable' },
    ...{ detail: 'The model could not be reached', retryable: true, retry_after_ms: 2_000 },
  }),
  frame({ type: 'notice', kind: 'drain', retry_after_ms: 500 }),
  frame({
    type: 'error',
    code: 'message_too_long',
    detail: 'The message is too long',
    retryable: false,
    request_id,
  }),
  frame(
    {
      ...{
        type: 'error',
        code: 'rate_limited',
        detail: 'Too many requests in a short time',
        retryable: true,
      },
      ...{ request_id, retry_after_ms: 12_500 },
    },
    ', with when to come back',
  ),
  frame({ type: 'pong', id: 7 }),
]

/** The one frame whose bytes are put together and not encoded: epoch and sequence always take 64 bits. */
export const entryFrameSample = {
  epoch,
  seq: 42,
  entry: { type: 'chunk', ...head, n: 1, offset: 0, content: 'Hi!' },
}

function entry(name: string, value: object): Sample {
  return { name, schema: 'LogEntry', value }
}

function message(schema: string, name: string, value: object): Sample {
  return { name, schema, value }
}

function frame(value: { type: string; [field: string]: unknown }, more = ''): Sample {
  return { name: `${value.type}${more}`, schema: value.type, value }
}
