import type { KnownModel } from './ollama-models.ts'

export type ChatMessage = { role: string; content: string }

/** What a stand-in understands of a chat request. */
export type ChatBody = {
  model: string
  messages: ChatMessage[]
  /** The last message of the user. */
  prompt: string
  /** The answer so far, where the last message is the assistant's; otherwise empty. */
  begun: string
  stream: boolean
  think: boolean | undefined
  truncate: boolean
  renderOnly: boolean
  /** Seconds, or as it was written; 0 unloads. */
  keepAlive: unknown
  maxTokens: number
  contextLength: number | undefined
  /** Words stand for tokens. */
  promptTokens: number
}

type Refusal = { status: number; message: string }

/** Reads the body of `/api/chat`, or says with the words of a real Ollama what is wrong with it. */
export function parseChatBody(text: string): { chat: ChatBody } | Refusal {
  if (text === '') return { status: 400, message: 'missing request body' }
  const body = objectOf(text)
  if (body === undefined) return { status: 400, message: 'invalid character looking for beginning of value' }
  const { model, messages = [], options, stream, think, truncate, keep_alive: keepAlive } = body
  if (!Array.isArray(messages)) return { status: 400, message: 'json: cannot unmarshal ChatRequest.messages' }
  if (typeof model !== 'string' || model === '') return { status: 400, message: 'model is required' }
  const limits = isRecord(options) ? options : {}
  for (const name of ['num_predict', 'num_ctx']) {
    const integer = limits[name] === undefined || Number.isInteger(limits[name])
    // A wrong option is the client's fault, but this is the status the real one gives it.
    if (!integer) return { status: 500, message: `option "${name}" must be of type integer` }
  }
  const predict = Number(limits.num_predict ?? -1)
  const chat = {
    ...conversation(messages),
    model,
    stream: stream !== false,
    think: typeof think === 'boolean' ? think : undefined,
    truncate: truncate !== false,
    renderOnly: body._debug_render_only === true,
    keepAlive,
    maxTokens: predict < 0 ? Number.POSITIVE_INFINITY : predict,
    contextLength: limits.num_ctx === undefined ? undefined : Number(limits.num_ctx),
  }
  return { chat }
}

/** What a model that was found refuses of a chat. */
export function chatRefusal(chat: ChatBody, model: KnownModel): Refusal | undefined {
  if (chat.think !== true || model.canThink) return undefined
  return { status: 400, message: `"${chat.model}" does not support thinking` }
}

/** The parts of a request that both wires share. */
export function conversation(
  messages: unknown[],
): Pick<ChatBody, 'messages' | 'prompt' | 'begun' | 'promptTokens'> {
  const known = messages.filter(isRecord).map((message) => ({
    role: String(message.role ?? ''),
    content: textOf(message.content),
  }))
  const last = known.at(-1)
  const words = known.reduce((count, message) => count + 3 + message.content.split(/\s+/).length, 0)
  return {
    messages: known,
    prompt: known.findLast((message) => message.role === 'user')?.content ?? '',
    begun: last?.role === 'assistant' ? last.content : '',
    promptTokens: words,
  }
}

export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Content is a text, or in the OpenAI wire also a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .filter(isRecord)
    .map((part) => String(part.text ?? ''))
    .join('')
}
