import { type Conversation, conversationOf, isRecord, objectOf } from './conversation.ts'

/** What the stand-in understands of `/chat/completions`. */
export type CompletionBody = Conversation & {
  model: string
  stream: boolean
  includeUsage: boolean
  maxTokens: number
  /** Whether the last message of the assistant is to be gone on with, where the server can (vLLM). */
  continues: boolean
  /** vLLM refuses both flags at once. */
  addsGenerationPrompt: boolean
  fields: string[]
}

/** Reads a body, or says what is wrong with it. */
export function parseCompletionBody(text: string): { chat: CompletionBody } | { message: string } {
  const body = objectOf(text)
  if (body === undefined) return { message: 'JSON decode error' }
  const { model, messages, stream, stream_options: streamOptions } = body
  if (typeof model !== 'string') return { message: 'model: Field required' }
  if (!Array.isArray(messages)) return { message: 'messages: Input should be a valid list' }
  const limit = body.max_completion_tokens ?? body.max_tokens
  const chat = {
    ...conversationOf(messages),
    model,
    stream: stream === true,
    includeUsage: isRecord(streamOptions) && streamOptions.include_usage === true,
    maxTokens: typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY,
    continues: body.continue_final_message === true,
    addsGenerationPrompt: body.add_generation_prompt !== false,
    fields: Object.keys(body),
  }
  return { chat }
}
