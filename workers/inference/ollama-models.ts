import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { BackendError } from './backend.ts'

const TagsAnswer = Type.Object({
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      digest: Type.String(),
      size: Type.Number(),
      details: Type.Optional(Type.Object({ family: Type.Optional(Type.String()) })),
    }),
  ),
})
export type Tag = Static<typeof TagsAnswer>['models'][number]

const RunningAnswer = Type.Object({
  models: Type.Array(
    Type.Object({ name: Type.String(), context_length: Type.Optional(Type.Integer({ minimum: 1 })) }),
  ),
})

const ShowAnswer = Type.Object({
  parameters: Type.Optional(Type.String()),
  model_info: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

/** Where Ollama does not say, and most where it only says what a model could: it cuts the oldest messages itself. */
const usualContext = 4_096
const maxAssumedContext = 32_768

/** The answer of `/api/tags`, newest first as Ollama sorts it, models that only embed last. */
export function readTags(answer: unknown): readonly Tag[] {
  if (!Value.Check(TagsAnswer, answer)) {
    throw new BackendError('backend_malformed', 'The address of Ollama does not answer as Ollama does')
  }
  return answer.models.toSorted((one, other) => Number(onlyEmbeds(one)) - Number(onlyEmbeds(other)))
}

const onlyEmbeds = (tag: Tag): boolean => /embed/.test(tag.name) || /bert/.test(tag.details?.family ?? '')

/** The loaded models of `/api/ps` with the context they were loaded with, in tokens. */
export function readRunning(answer: unknown): { name: string; contextLength: number | undefined }[] {
  if (!Value.Check(RunningAnswer, answer)) return []
  return answer.models.map((model) => ({ name: model.name, contextLength: model.context_length }))
}

/** Tokens of context from `/api/show`: the model file's `num_ctx`, else what the model could. */
export function contextOfModel(answer: unknown): number {
  if (!Value.Check(ShowAnswer, answer)) return usualContext
  const set = /^num_ctx\s+(\d+)/m.exec(answer.parameters ?? '')?.[1]
  if (set !== undefined) return Number(set)
  const architecture = answer.model_info?.['general.architecture']
  const could = answer.model_info?.[`${architecture}.context_length`]
  return typeof could === 'number' && could > 0 ? Math.min(could, maxAssumedContext) : usualContext
}
