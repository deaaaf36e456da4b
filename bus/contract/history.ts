import { Type } from 'typebox'
import { GenerationOptions, Uuid, Whole } from './wire.ts'

/** A worker asks for the state of a request and the conversation before it. `budget`: most code units it can use. */
export const HistoryGet = Type.Object({ request_id: Uuid, user_id: Uuid, budget: Whole })
export type HistoryGet = Type.Static<typeof HistoryGet>

export const HistoryMessage = Type.Object({
  role: Type.Union([Type.Literal('user'), Type.Literal('assistant')]),
  content: Type.String(),
})
export type HistoryMessage = Type.Static<typeof HistoryMessage>

export const RequestState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('ready'),
  Type.Literal('published'),
  Type.Literal('answered'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type RequestState = Type.Static<typeof RequestState>

/** Whether its answer is still to come. */
export const isOpenState = (state: RequestState): boolean =>
  state === 'waiting' || state === 'ready' || state === 'published'

/**
 * The answer. `state` `gone` means that the request or its conversation is no more; `cancelled` also while a
 * cancellation is committed and no terminal entry stands yet. `messages` are oldest first, the newest that fit the
 * budget, the person's message last; `companion.system_prompt` is not counted in the budget.
 */
export const HistoryAnswer = Type.Object({
  state: Type.Union([RequestState, Type.Literal('gone')]),
  conversation_id: Type.Optional(Uuid),
  messages: Type.Array(HistoryMessage),
  companion: Type.Object({ name: Type.String(), system_prompt: Type.String() }),
  options: GenerationOptions,
})
export type HistoryAnswer = Type.Static<typeof HistoryAnswer>

export const TitleGet = Type.Object({
  conversation_id: Uuid,
  model: Type.Optional(Type.String()),
  messages: Type.Array(HistoryMessage),
})
export type TitleGet = Type.Static<typeof TitleGet>

export const TitleAnswer = Type.Object({ title: Type.String() })
export type TitleAnswer = Type.Static<typeof TitleAnswer>
