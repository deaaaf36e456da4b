import { Type } from 'typebox'

export const ModelsList = Type.Object({})
export type ModelsList = Type.Static<typeof ModelsList>

export const ModelInfo = Type.Object({
  id: Type.String(),
  backend: Type.String(),
  /** On disk, in bytes. */
  size_bytes: Type.Optional(Type.Number()),
  context_length: Type.Optional(Type.Integer()),
})
export type ModelInfo = Type.Static<typeof ModelInfo>

export const BackendInfo = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('ollama'), Type.Literal('openai'), Type.Literal('demo')]),
  status: Type.Union([Type.Literal('up'), Type.Literal('down')]),
  detail: Type.Optional(Type.String()),
})
export type BackendInfo = Type.Static<typeof BackendInfo>

/** What the workers' backends have. `default_model` is what answers when a request names none. */
export const ModelsAnswer = Type.Object({
  models: Type.Array(ModelInfo),
  backends: Type.Array(BackendInfo),
  default_model: Type.Optional(Type.String()),
})
export type ModelsAnswer = Type.Static<typeof ModelsAnswer>

/** Any request over the bus may be answered with this instead. */
export const BusError = Type.Object({
  error: Type.Object({ code: Type.String(), detail: Type.String(), retryable: Type.Boolean() }),
})
export type BusError = Type.Static<typeof BusError>
