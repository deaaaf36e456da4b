import { Type } from 'typebox'
import { FinishReason, Timings, Usage } from '../../../bus/contract/chat.ts'
import { RequestState } from '../../../bus/contract/history.ts'
import { GenerationOptions, Uuid } from '../../../bus/contract/wire.ts'

/** Most conversations of one file, and most messages of all of them; a file with more is refused. */
export const maxConversations = 5_000
export const maxMessages = 20_000

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

/** Older exports have no `state`, `error` and `timings`. */
const DocumentMessage = Type.Object({
  id: Uuid,
  parent_id: orNull(Uuid),
  role: Type.Union([Type.Literal('user'), Type.Literal('assistant')]),
  content: Type.String(),
  thoughts: Type.Optional(Type.String()),
  model: Type.Optional(orNull(Type.String())),
  state: Type.Optional(orNull(RequestState)),
  finish_reason: Type.Optional(orNull(FinishReason)),
  error: Type.Optional(
    orNull(Type.Object({ code: Type.String(), detail: Type.String(), retryable: Type.Boolean() })),
  ),
  usage: Type.Optional(Usage),
  timings: Type.Optional(orNull(Timings)),
  created_at: Type.String({ maxLength: 40 }),
})
export type DocumentMessage = Type.Static<typeof DocumentMessage>

const DocumentConversation = Type.Object({
  id: Uuid,
  title: Type.String(),
  system_prompt: Type.Optional(orNull(Type.String())),
  temperature: Type.Optional(orNull(GenerationOptions.properties.temperature)),
  max_tokens: Type.Optional(orNull(GenerationOptions.properties.max_tokens)),
  model: Type.Optional(orNull(Type.String())),
  active_leaf_id: Type.Optional(orNull(Uuid)),
  created_at: Type.String({ maxLength: 40 }),
  updated_at: Type.String({ maxLength: 40 }),
  messages: Type.Array(DocumentMessage, { maxItems: maxMessages }),
})
export type DocumentConversation = Type.Static<typeof DocumentConversation>

/** What an import reads of an export (`export/export-json.ts`); all else in it is let be. */
export const ExportDocument = Type.Object({
  conversations: Type.Array(DocumentConversation, { maxItems: maxConversations }),
})
export type ExportDocument = Type.Static<typeof ExportDocument>
