import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { BackendError } from './backend.ts'

/** What a model list says of one model, under the names that servers use for the length of its context. */
const ModelList = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      owned_by: Type.Optional(Type.Unknown()),
      max_model_len: Type.Optional(Type.Unknown()),
      context_window: Type.Optional(Type.Unknown()),
      context_length: Type.Optional(Type.Unknown()),
      meta: Type.Optional(Type.Unknown()),
      metadata: Type.Optional(Type.Unknown()),
    }),
  ),
})

export interface ListedModel {
  readonly id: string
  readonly ownedBy: string | undefined
  /** In tokens, where the server says. */
  readonly contextLength: number | undefined
}

/** @throws BackendError `backend_malformed`. */
export function readModelList(backend: string, answer: unknown): readonly ListedModel[] {
  if (!Value.Check(ModelList, answer)) {
    throw new BackendError(
      'backend_malformed',
      `The model backend "${backend}" has no readable list of models`,
    )
  }
  return answer.data.map((model) => ({
    id: model.id,
    ownedBy: typeof model.owned_by === 'string' ? model.owned_by : undefined,
    contextLength: [
      model.max_model_len,
      model.context_window,
      model.context_length,
      (model.meta as { n_ctx_train?: unknown } | null | undefined)?.n_ctx_train,
      (model.metadata as { max_request_context_length?: unknown } | null | undefined)
        ?.max_request_context_length,
    ].find((value): value is number => Number.isSafeInteger(value) && Number(value) > 0),
  }))
}
