import { Type } from 'typebox'
import { maxAudioFrameBytes, maxSpeechBytes, maxSpokenLength, maxUtteranceBytes } from './limits.ts'
import { bytesOf, Uuid, Whole } from './wire.ts'

/** Asks on one subject whether somebody writes down what is said, on another whether somebody says what is written. */
export const VoiceGet = Type.Object({})
export type VoiceGet = Type.Static<typeof VoiceGet>

/** Only a worker that can answers, so that there is an answer says all. */
export const VoiceAnswer = Type.Object({})
export type VoiceAnswer = Type.Static<typeof VoiceAnswer>

/**
 * Asks for the words of an utterance. `audio` is PCM: 16 bits, little-endian, mono, `voiceSampleRateHz` a second. Of one
 * `question` of a call there is one answer: a worker that is asked it again while it works on it answers both.
 */
export const Transcribe = Type.Object({
  user_id: Uuid,
  call_id: Uuid,
  question: Whole,
  audio: bytesOf(maxUtteranceBytes),
})
export type Transcribe = Type.Static<typeof Transcribe>

/** `text` is empty where nobody said a word. */
export const Transcript = Type.Object({ text: Type.String() })
export type Transcript = Type.Static<typeof Transcript>

/** Asks for the sound of a piece of text, which holds no marks that nobody says. */
export const Say = Type.Object({
  user_id: Uuid,
  call_id: Uuid,
  question: Whole,
  text: Type.String({ minLength: 1, maxLength: maxSpokenLength }),
})
export type Say = Type.Static<typeof Say>

/** `audio` is a whole file of a kind that browsers decode. */
export const Speech = Type.Object({ audio: bytesOf(maxSpeechBytes) })
export type Speech = Type.Static<typeof Speech>

/**
 * Opens a call, or goes on with it on another socket. `replace` ends calls that this person has elsewhere, where else
 * the limit of calls at once would be passed.
 */
export const CallStartFrame = Type.Object({
  type: Type.Literal('call.start'),
  call_id: Uuid,
  replace: Type.Optional(Type.Boolean()),
})
export type CallStartFrame = Type.Static<typeof CallStartFrame>

/** Sound of an utterance, from byte `offset` of it on. Utterances of a call are numbered from 0. */
export const CallAudioFrame = Type.Object({
  type: Type.Literal('call.audio'),
  call_id: Uuid,
  utterance: Whole,
  offset: Whole,
  data: bytesOf(maxAudioFrameBytes),
})
export type CallAudioFrame = Type.Static<typeof CallAudioFrame>

/** Asks for the words in the first `length` bytes of an utterance. Questions of a call are numbered from 0. */
export const CallTranscribeFrame = Type.Object({
  type: Type.Literal('call.transcribe'),
  call_id: Uuid,
  question: Whole,
  utterance: Whole,
  length: Type.Integer({ minimum: 2, maximum: maxUtteranceBytes }),
})
export type CallTranscribeFrame = Type.Static<typeof CallTranscribeFrame>

export const CallSayFrame = Type.Object({
  type: Type.Literal('call.say'),
  call_id: Uuid,
  question: Whole,
  text: Say.properties.text,
})
export type CallSayFrame = Type.Static<typeof CallSayFrame>

export const CallEndFrame = Type.Object({ type: Type.Literal('call.end'), call_id: Uuid })
export type CallEndFrame = Type.Static<typeof CallEndFrame>

/** `ended`: by another call of the same person, or because it was not renewed in time. */
export const CallState = Type.Object({
  type: Type.Literal('call.state'),
  call_id: Uuid,
  state: Type.Union([Type.Literal('open'), Type.Literal('ended')]),
})
export type CallState = Type.Static<typeof CallState>

/** The hub has an utterance's sound up to byte `offset`, and needs what follows. */
export const CallMissing = Type.Object({
  type: Type.Literal('call.missing'),
  call_id: Uuid,
  utterance: Whole,
  offset: Whole,
})
export type CallMissing = Type.Static<typeof CallMissing>

export const CallTranscript = Type.Object({
  type: Type.Literal('call.transcript'),
  call_id: Uuid,
  question: Whole,
  text: Type.String(),
})
export type CallTranscript = Type.Static<typeof CallTranscript>

export const CallSpeech = Type.Object({
  type: Type.Literal('call.speech'),
  call_id: Uuid,
  question: Whole,
  audio: Speech.properties.audio,
})
export type CallSpeech = Type.Static<typeof CallSpeech>

/** A question that got no answer. */
export const CallFailed = Type.Object({
  type: Type.Literal('call.failed'),
  call_id: Uuid,
  question: Whole,
  code: Type.String(),
  detail: Type.String(),
  retryable: Type.Boolean(),
  retry_after_ms: Type.Optional(Whole),
})
export type CallFailed = Type.Static<typeof CallFailed>
