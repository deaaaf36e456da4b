import { Type } from 'typebox'
import { ChatSend } from './chat.ts'
import { maxResume } from './protocol.ts'
import { Ahead, LogEntry } from './reply-log.ts'
import {
  CallAudioFrame,
  CallEndFrame,
  CallFailed,
  CallMissing,
  CallSayFrame,
  CallSpeech,
  CallStartFrame,
  CallState,
  CallTranscribeFrame,
  CallTranscript,
} from './voice.ts'
import { Uuid, Whole } from './wire.ts'

/** The first frame of a socket, and where the browser stands in the replies it reads (PROTOCOL section 6). */
export const Hello = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Integer(),
  client_id: Uuid,
  resume: Type.Array(Type.Object({ request_id: Uuid, epoch: Whole, seq: Whole }), { maxItems: maxResume }),
})
export type Hello = Type.Static<typeof Hello>

export const ChatSendFrame = Type.Object({ type: Type.Literal('chat.send'), ...ChatSend.properties })
export type ChatSendFrame = Type.Static<typeof ChatSendFrame>

/** `heard_offset`: the person interrupted, and heard the answer up to there; no more of it is kept. */
export const ChatCancelFrame = Type.Object({
  type: Type.Literal('chat.cancel'),
  request_id: Uuid,
  heard_offset: Type.Optional(Whole),
})
export type ChatCancelFrame = Type.Static<typeof ChatCancelFrame>

/** Asks for a running reply's log on this socket, from after `seq` of `epoch`; 0 and 0: from its first entry. */
export const ChatResumeFrame = Type.Object({
  type: Type.Literal('chat.resume'),
  request_id: Uuid,
  epoch: Whole,
  seq: Whole,
})
export type ChatResumeFrame = Type.Static<typeof ChatResumeFrame>

export const PingFrame = Type.Object({ type: Type.Literal('ping'), id: Whole })
export type PingFrame = Type.Static<typeof PingFrame>

/** Frames to the hub, by type. */
export const clientFrames = {
  hello: Hello,
  'chat.send': ChatSendFrame,
  'chat.cancel': ChatCancelFrame,
  'chat.resume': ChatResumeFrame,
  'call.start': CallStartFrame,
  'call.audio': CallAudioFrame,
  'call.transcribe': CallTranscribeFrame,
  'call.say': CallSayFrame,
  'call.end': CallEndFrame,
  ping: PingFrame,
} as const
export type CallFrame = CallStartFrame | CallAudioFrame | CallTranscribeFrame | CallSayFrame | CallEndFrame
export type ClientFrame = Hello | ChatSendFrame | ChatCancelFrame | ChatResumeFrame | CallFrame | PingFrame

export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  user: Type.Object({ id: Uuid, name: Type.String() }),
  hub: Type.String(),
  version: Type.String(),
  epoch: Whole,
  heartbeat_ms: Whole,
  limits: Type.Object({ message_length: Whole, frame_bytes: Whole }),
})
export type Welcome = Type.Static<typeof Welcome>

export const ChatAccepted = Type.Object({
  type: Type.Literal('chat.accepted'),
  request_id: Uuid,
  conversation_id: Uuid,
  message_id: Uuid,
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('ready'),
    Type.Literal('published'),
    Type.Literal('answered'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
})
export type ChatAccepted = Type.Static<typeof ChatAccepted>

/** An entry of a reply's log, passed on as it came; `epoch` and `seq` are always 64-bit on the wire. */
export const ChatEntryFrame = Type.Object({
  type: Type.Literal('chat.entry'),
  epoch: Whole,
  seq: Whole,
  entry: LogEntry,
})
export type ChatEntryFrame = Type.Static<typeof ChatEntryFrame>

/** Text ahead of a reply's log, passed on as it came. */
export const ChatAheadFrame = Type.Object({ type: Type.Literal('chat.ahead'), ahead: Ahead })
export type ChatAheadFrame = Type.Static<typeof ChatAheadFrame>

/**
 * `continued`: the entries after the named sequence follow. `snapshot`: the log from its first entry follows; begin
 * again at nothing. `lost`: the log is no more; the store has the answer.
 */
export const ChatResumed = Type.Object({
  type: Type.Literal('chat.resumed'),
  request_id: Uuid,
  outcome: Type.Union([Type.Literal('continued'), Type.Literal('snapshot'), Type.Literal('lost')]),
})
export type ChatResumed = Type.Static<typeof ChatResumed>

export const ChatChanged = Type.Object({
  type: Type.Literal('chat.changed'),
  kind: Type.Union([Type.Literal('message'), Type.Literal('stored'), Type.Literal('changed')]),
  conversation_id: Uuid,
  request_id: Type.Optional(Uuid),
})
export type ChatChanged = Type.Static<typeof ChatChanged>

export const Notice = Type.Object({
  type: Type.Literal('notice'),
  kind: Type.Union([Type.Literal('drain'), Type.Literal('version'), Type.Literal('limits')]),
  retry_after_ms: Type.Optional(Whole),
})
export type Notice = Type.Static<typeof Notice>

/** `request_id`: the request, or the call, that it is about. */
export const ErrorFrame = Type.Object({
  type: Type.Literal('error'),
  code: Type.String(),
  detail: Type.String(),
  retryable: Type.Boolean(),
  request_id: Type.Optional(Uuid),
  retry_after_ms: Type.Optional(Whole),
})
export type ErrorFrame = Type.Static<typeof ErrorFrame>

export const PongFrame = Type.Object({ type: Type.Literal('pong'), id: Whole })
export type PongFrame = Type.Static<typeof PongFrame>

/** Frames from the hub, by type. */
export const hubFrames = {
  welcome: Welcome,
  'chat.accepted': ChatAccepted,
  'chat.entry': ChatEntryFrame,
  'chat.ahead': ChatAheadFrame,
  'chat.resumed': ChatResumed,
  'chat.changed': ChatChanged,
  'call.state': CallState,
  'call.missing': CallMissing,
  'call.transcript': CallTranscript,
  'call.speech': CallSpeech,
  'call.failed': CallFailed,
  notice: Notice,
  error: ErrorFrame,
  pong: PongFrame,
} as const
export type HubCallFrame = CallState | CallMissing | CallTranscript | CallSpeech | CallFailed
export type HubFrame =
  | Welcome
  | ChatAccepted
  | ChatEntryFrame
  | ChatAheadFrame
  | ChatResumed
  | ChatChanged
  | HubCallFrame
  | Notice
  | ErrorFrame
  | PongFrame
