import { Type } from 'typebox'
import { GenerationOptions, ModelName, Timestamp, Uuid, Whole } from './wire.ts'

/**
 * What a browser asks (PROTOCOL section 3). `message_id` is the person's message that is to be answered: new for
 * `send` and `edit`, an existing one for `regenerate` (then `message` is absent). `parent_id` is the message before
 * it on its path, null at the root. The length of `message` is checked by the hub, whose limit is configurable.
 */
export const ChatSend = Type.Object({
  kind: Type.Union([Type.Literal('send'), Type.Literal('regenerate'), Type.Literal('edit')]),
  request_id: Uuid,
  conversation_id: Uuid,
  message_id: Uuid,
  parent_id: Type.Union([Uuid, Type.Null()]),
  message: Type.Optional(Type.String()),
  companion_id: Type.Optional(Uuid),
  model: Type.Optional(ModelName),
  enable_rag: Type.Optional(Type.Boolean()),
  enable_reranker: Type.Optional(Type.Boolean()),
  top_k: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  speak: Type.Optional(Type.Boolean()),
  options: Type.Optional(GenerationOptions),
})
export type ChatSend = Type.Static<typeof ChatSend>

/**
 * A chat request on the bus: what the browser asked, without its `message`, and what the hub knows of the person. The
 * text stays in the store, and a worker gets it with the history: so a deleted message is nowhere else.
 *
 * `greeting` is asked by the hub: the companion is to open a conversation. No person's message stands before that
 * answer, so `message_id` is the answer's own id, and `parent_id` null.
 */
export const ChatRequest = Type.Object({
  ...Type.Omit(ChatSend, ['message']).properties,
  kind: Type.Union([ChatSend.properties.kind, Type.Literal('greeting')]),
  user_id: Uuid,
  username: Type.String(),
  premium: Type.Boolean(),
  attempt_floor: Whole,
  timestamp: Timestamp,
})
export type ChatRequest = Type.Static<typeof ChatRequest>

/** Whatever a companion may be asked to answer, by a browser or by the hub itself. */
export type ChatAsked = Omit<ChatSend, 'kind'> & Pick<ChatRequest, 'kind'>

export const ChatCancel = Type.Object({ request_id: Uuid, user_id: Uuid, timestamp: Timestamp })
export type ChatCancel = Type.Static<typeof ChatCancel>

/** Tokens as the backend counts them; absent where it does not say. */
export const Usage = Type.Object({
  prompt_tokens: Type.Optional(Whole),
  completion_tokens: Type.Optional(Whole),
})
export type Usage = Type.Static<typeof Usage>

/**
 * Milliseconds from the first attempt's `start`: to the first text of the answer that stands, and to the end; a duration
 * of 0 is not known. Speed in tokens per second, only where one attempt wrote the whole text.
 */
export const Timings = Type.Object({
  first_token_ms: Type.Optional(Type.Number({ minimum: 0 })),
  duration_ms: Type.Number({ minimum: 0 }),
  tokens_per_second: Type.Optional(Type.Number({ minimum: 0 })),
})
export type Timings = Type.Static<typeof Timings>

export const FinishReason = Type.Union([
  Type.Literal('stop'),
  Type.Literal('length'),
  Type.Literal('cancelled'),
])
export type FinishReason = Type.Static<typeof FinishReason>

export const Cue = Type.Object({ offset: Whole, kind: Type.String(), value: Type.String() })
export type Cue = Type.Static<typeof Cue>

/** The whole reply, kept on the bus until the recorder has stored it. With `error` the text is what came before it. */
export const ChatFinal = Type.Object({
  request_id: Uuid,
  user_id: Uuid,
  conversation_id: Uuid,
  attempt: Whole,
  model: Type.String(),
  backend: Type.String(),
  content: Type.String(),
  thoughts: Type.String(),
  cues: Type.Array(Cue),
  finish_reason: Type.Optional(FinishReason),
  error: Type.Optional(
    Type.Object({ code: Type.String(), retryable: Type.Boolean(), detail: Type.String() }),
  ),
  usage: Usage,
  timings: Timings,
  timestamp: Timestamp,
})
export type ChatFinal = Type.Static<typeof ChatFinal>

/** Tells a person's other sockets to look again. */
export const ChatNotify = Type.Object({
  kind: Type.Union([Type.Literal('message'), Type.Literal('stored'), Type.Literal('changed')]),
  conversation_id: Uuid,
  request_id: Type.Optional(Uuid),
})
export type ChatNotify = Type.Static<typeof ChatNotify>
