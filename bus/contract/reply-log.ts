import { Type } from 'typebox'
import { Cue, FinishReason, Timings, Usage } from './chat.ts'
import { Uuid, Whole } from './wire.ts'

/** What every entry of a reply's log carries; `n` counts from 0 within an attempt (PROTOCOL section 4). */
const entryHead = {
  request_id: Uuid,
  attempt: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  owner: Type.String({ minLength: 1, maxLength: 64 }),
  n: Whole,
}

/**
 * Begins an attempt: at 0, or at the end of the text that stood in the log when it was claimed. `continues` is the
 * attempt of the last entry then; where it is absent, the one before this.
 */
export const StartEntry = Type.Object({
  type: Type.Literal('start'),
  ...entryHead,
  conversation_id: Uuid,
  offset: Whole,
  continues: Type.Optional(Whole),
  model: Type.String(),
  backend: Type.String(),
})
export type StartEntry = Type.Static<typeof StartEntry>

/** In how many pieces the model said it, each a token or more; absent: in one at least. */
const pieces = Type.Optional(Whole)

export const ChunkEntry = Type.Object({
  type: Type.Literal('chunk'),
  ...entryHead,
  offset: Whole,
  content: Type.String(),
  pieces,
})
export type ChunkEntry = Type.Static<typeof ChunkEntry>

/** Reasoning, shown apart from the text and not part of it. */
export const ThoughtEntry = Type.Object({
  type: Type.Literal('thought'),
  ...entryHead,
  content: Type.String(),
  pieces,
})
export type ThoughtEntry = Type.Static<typeof ThoughtEntry>

export const CueEntry = Type.Object({ type: Type.Literal('cue'), ...entryHead, ...Cue.properties })
export type CueEntry = Type.Static<typeof CueEntry>

/** At work but silent; with `released`: given up, take over now. */
export const BeatEntry = Type.Object({
  type: Type.Literal('beat'),
  ...entryHead,
  released: Type.Optional(Type.Boolean()),
})
export type BeatEntry = Type.Static<typeof BeatEntry>

export const DoneEntry = Type.Object({
  type: Type.Literal('done'),
  ...entryHead,
  length: Whole,
  finish_reason: FinishReason,
  usage: Usage,
  timings: Timings,
})
export type DoneEntry = Type.Static<typeof DoneEntry>

/** Ends the reply as `done` does; `retryable` advises the person, `length` is that of the text before it. */
export const ErrorEntry = Type.Object({
  type: Type.Literal('error'),
  ...entryHead,
  length: Type.Optional(Whole),
  code: Type.String(),
  retryable: Type.Boolean(),
  detail: Type.String(),
})
export type ErrorEntry = Type.Static<typeof ErrorEntry>

/**
 * Text of an attempt that is on its way to the log: shown at once, and kept only with the chunk that follows it. At most
 * once, never stored.
 */
export const Ahead = Type.Object({
  request_id: Uuid,
  attempt: entryHead.attempt,
  owner: entryHead.owner,
  offset: Whole,
  content: Type.String(),
})
export type Ahead = Type.Static<typeof Ahead>

export const LogEntry = Type.Union([
  StartEntry,
  ChunkEntry,
  ThoughtEntry,
  CueEntry,
  BeatEntry,
  DoneEntry,
  ErrorEntry,
])
export type LogEntry = Type.Static<typeof LogEntry>
