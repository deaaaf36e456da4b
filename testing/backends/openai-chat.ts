import type { Fault } from './fault.ts'
import { type CompletionBody, parseCompletionBody } from './openai-request.ts'
import { isVllm, type OpenaiDialect, openaiError, openaiFraming, openaiWholeReply } from './openai-wire.ts'
import { type ReplyPlan, streamReply, takeWholeReply } from './reply-stream.ts'
import { type ReplyScript, scriptedPieces, scriptFor } from './scripted-reply.ts'
import { answerJson, type Exchange } from './stand-in-server.ts'

export type OpenaiModelOption = {
  name: string
  /** 2,048 where left out. */
  contextLength?: number
  /** Thinks where its script has thoughts. */
  script?: Partial<ReplyScript>
}

export type CompletionOptions = {
  /** How every reply goes; a model's script, then words in the prompt, then `answer` go before it. */
  script?: Partial<ReplyScript>
  /** A reply to a special request (a title, say); undefined leaves it to the scripts. */
  answer?: (chat: Pick<CompletionBody, 'model' | 'prompt' | 'messages'>) => Partial<ReplyScript> | undefined
}

type Context = CompletionOptions & {
  dialect: OpenaiDialect
  models: readonly OpenaiModelOption[]
  id: string
}

const KNOWN_FIELDS = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'user',
]

/** Answers `POST …/chat/completions`: refusals, then the reply, streamed or whole. */
export function answerCompletion(exchange: Exchange, context: Context, fault: Fault | undefined): void {
  const { response, text } = exchange
  const accepted = acceptCompletion(text, context, fault)
  if (!('chat' in accepted)) {
    const body = openaiError(context.dialect, accepted.status, accepted.message)
    answerJson(response, accepted.status, body, 'application/json')
    return
  }
  const { chat, model } = accepted
  const answering = fault?.kind === 'other-model' ? fault.model : chat.model
  const head = { id: context.id, model: answering, createdSeconds: Math.floor(Date.now() / 1000) }
  const usageTokens = chat.includeUsage ? chat.promptTokens : undefined
  const framing = openaiFraming(context.dialect, head, usageTokens)
  const plan: ReplyPlan = { ...replyOf(chat, model, context, fault), framing }
  if (chat.stream) streamReply(exchange, plan, fault)
  else {
    const whole = openaiWholeReply(context.dialect, head, takeWholeReply(plan), chat.promptTokens)
    answerJson(response, 200, whole, 'application/json')
  }
}

type Accepted = { chat: CompletionBody; model: OpenaiModelOption } | { status: number; message: string }

function acceptCompletion(text: string, context: Context, fault: Fault | undefined): Accepted {
  const parsed = parseCompletionBody(text)
  if (!('chat' in parsed)) return { status: 400, message: parsed.message }
  const { chat } = parsed
  const known = fault?.kind === 'model-missing' ? [] : context.models
  const model = known.find(({ name }) => name === chat.model)
  if (model === undefined) {
    return { status: 404, message: missingModel(context.dialect, chat.model) }
  }
  const message = refusal(chat, model, context.dialect)
  return message === undefined ? { chat, model } : { status: 400, message }
}

function missingModel(dialect: OpenaiDialect, name: string): string {
  return dialect === 'ollama' ? `model '${name}' not found` : `The model \`${name}\` does not exist.`
}

function refusal(chat: CompletionBody, model: OpenaiModelOption, dialect: OpenaiDialect): string | undefined {
  const unknown =
    dialect === 'strict' ? chat.fields.find((field) => !KNOWN_FIELDS.includes(field)) : undefined
  if (unknown !== undefined) return `property '${unknown}' is unsupported`
  if (!isVllm(dialect)) return undefined
  if (chat.continues && chat.addsGenerationPrompt) {
    return 'Cannot set both `continue_final_message` and `add_generation_prompt` to True.'
  }
  const contextLength = model.contextLength ?? 2048
  if (chat.promptTokens <= contextLength) return undefined
  return `This model's maximum context length is ${contextLength} tokens. However, your request has ${chat.promptTokens} input tokens.`
}

function replyOf(chat: CompletionBody, model: OpenaiModelOption, context: Context, fault: Fault | undefined) {
  const { dialect } = context
  const script = scriptFor([context.script, model.script], chat.prompt, context.answer?.(chat))
  if (fault?.kind === 'endless') script.tokens = Number.POSITIVE_INFINITY
  const goesOn = dialect === 'ollama' || (isVllm(dialect) && chat.continues)
  const pieces = scriptedPieces(script, goesOn ? chat.begun : '', dialect !== 'strict')
  return { script, pieces, maxTokens: chat.maxTokens }
}
