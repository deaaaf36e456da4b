import { type Conversation, conversationOf, isRecord, objectOf } from './conversation.ts'
import type { KnownModel } from './ollama-models.ts'

/** What the stand-in understands of `/api/chat`. */
export type ChatBody = Conversation & {
  model: string
  stream: boolean
  think: boolean | undefined
  truncate: boolean
  renderOnly: boolean
  /** Seconds, or as it was written; 0 unloads. */
  keepAlive: unknown
  maxTokens: number
  contextLength: number | undefined
}

const WRONG_TYPE =
  'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message'

type Refusal = { status: number; message: string }

/** Reads the body of `/api/chat`, or says with the words of a real Ollama what is wrong with it. */
export function parseChatBody(text: string): { chat: ChatBody } | Refusal {
  if (text === '') return { status: 400, message: 'missing request body' }
  const body = objectOf(text)
  if (body === undefined) return { status: 400, message: 'unexpected EOF' }
  const { model, messages = [], options, stream, think, truncate, keep_alive: keepAlive } = body
  if (!Array.isArray(messages)) return { status: 400, message: WRONG_TYPE }
  if (typeof model !== 'string' || model === '') return { status: 400, message: 'model is required' }
  const limits = isRecord(options) ? options : {}
  for (const name of ['num_predict', 'num_ctx']) {
    const integer = limits[name] === undefined || Number.isInteger(limits[name])
    // A wrong option is the client's fault, but this is the status the real one gives it.
    if (!integer) return { status: 500, message: `option "${name}" must be of type integer` }
  }
  const predict = Number(limits.num_predict ?? -1)
  const chat = {
    ...conversationOf(messages),
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
