import { performance } from 'node:perf_hooks'
import type { Fault } from './fault.ts'
import type { KnownModel, OllamaModels } from './ollama-models.ts'
import { type ChatBody, chatRefusal, parseChatBody } from './ollama-request.ts'
import { ollamaFraming, ollamaMetrics, ollamaWholeReply } from './ollama-wire.ts'
import { type Framing, type ReplyPlan, streamReply, takeWholeReply } from './reply-stream.ts'
import { type ReplyScript, scriptedPieces, scriptFor } from './scripted-reply.ts'
import { answerJson, type Exchange } from './stand-in-server.ts'

export type ChatOptions = {
  /** How every reply goes; a model's script, then words in the prompt, then `answer` go before it. */
  script?: Partial<ReplyScript>
  /** A reply to a special request (a title, say); undefined leaves it to the scripts. */
  answer?: (chat: Pick<ChatBody, 'model' | 'prompt' | 'messages'>) => Partial<ReplyScript> | undefined
}

/** Answers `POST /api/chat`: refusals, loading and unloading, then the reply, streamed or whole. */
export function answerOllamaChat(
  exchange: Exchange,
  models: OllamaModels,
  options: ChatOptions,
  fault: Fault | undefined,
): void {
  const accepted = acceptChat(exchange.text, models, fault)
  if (!('chat' in accepted)) {
    answerJson(exchange.response, accepted.status, { error: accepted.message })
    return
  }
  const { chat, model } = accepted
  const startedMs = performance.now()
  const waitMs = isUnload(chat) ? 0 : models.load(model, chat.contextLength ?? model.contextLength)
  const loaded = new LoadedChat({ exchange, chat, model, models, options, fault, startedMs })
  if (waitMs === 0) loaded.answer()
  else exchange.wheel.schedule(startedMs + waitMs, () => loaded.answer())
}

type Accepted = { chat: ChatBody; model: KnownModel } | { status: number; message: string }

function acceptChat(text: string, models: OllamaModels, fault: Fault | undefined): Accepted {
  const parsed = parseChatBody(text)
  if (!('chat' in parsed)) return parsed
  const { chat } = parsed
  const model = fault?.kind === 'model-missing' ? undefined : models.find(chat.model)
  if (model === undefined) return { status: 404, message: `model '${chat.model}' not found` }
  return chatRefusal(chat, model) ?? { chat, model }
}

type LoadedChatParts = {
  exchange: Exchange
  chat: ChatBody
  model: KnownModel
  models: OllamaModels
  options: ChatOptions
  fault: Fault | undefined
  startedMs: number
}

class LoadedChat {
  readonly #parts: LoadedChatParts

  constructor(parts: LoadedChatParts) {
    this.#parts = parts
  }

  answer(): void {
    const { exchange, chat, model, models } = this.#parts
    if (exchange.response.destroyed) return
    const whole = this.#answerWithoutReply()
    if (whole !== undefined) {
      answerJson(exchange.response, whole.status, whole.body)
      return
    }
    if (chat.keepAlive === 0) exchange.response.once('close', () => models.unload(model))
    this.#reply()
  }

  /** Loading, unloading, rendering and a prompt too long generate nothing. */
  #answerWithoutReply(): { status: number; body: object } | undefined {
    const { chat, model, models } = this.#parts
    if (isUnload(chat)) models.unload(model)
    if (chat.messages.length === 0) {
      const done = { done: true, done_reason: isUnload(chat) ? 'unload' : 'load' }
      return { status: 200, body: ollamaWholeReply(chat.model, {}, done) }
    }
    if (chat.renderOnly) return { status: 200, body: rendered(chat, model) }
    const fits = chat.promptTokens <= models.loadedContext(model)
    if (fits || chat.truncate) return undefined
    return { status: 400, body: { error: 'the input length exceeds the context length' } }
  }

  #reply(): void {
    const { exchange, chat, model, models, fault, startedMs } = this.#parts
    const promptTokens = Math.min(chat.promptTokens, models.loadedContext(model))
    const timings = { startedMs, loadedMs: performance.now(), promptTokens }
    const answering = fault?.kind === 'other-model' ? fault.model : chat.model
    const plan = this.#plan(ollamaFraming(answering, timings))
    if (chat.stream) {
      streamReply(exchange, plan, fault)
      return
    }
    const { finish, tokenCount, ...message } = takeWholeReply(plan)
    const rest = { done: true, done_reason: finish, ...ollamaMetrics(timings, tokenCount) }
    answerJson(exchange.response, 200, ollamaWholeReply(answering, message, rest))
  }

  #plan(framing: Framing): ReplyPlan {
    const { chat, model, options, fault } = this.#parts
    const script = scriptFor([options.script, model.script], chat.prompt, options.answer?.(chat))
    if (fault?.kind === 'endless') script.tokens = Number.POSITIVE_INFINITY
    const begun = model.canContinue ? chat.begun : ''
    const thinks = model.canThink && chat.think !== false
    return { script, pieces: scriptedPieces(script, begun, thinks), maxTokens: chat.maxTokens, framing }
  }
}

function isUnload(chat: ChatBody): boolean {
  return chat.messages.length === 0 && chat.keepAlive === 0
}

/** Shows whether a begun answer is left open: the one way to learn it before the reply begins. */
function rendered(chat: ChatBody, model: KnownModel): object {
  const turns = chat.messages.map((message) => `<|${message.role}|>${message.content}`)
  const open = chat.begun !== '' && model.canContinue
  const prompt = open ? turns.join('') : `${turns.join('</s>')}</s><|assistant|>`
  const whole = ollamaWholeReply(chat.model, {}, { done: false, _debug_info: { rendered_template: prompt } })
  return { ...whole, message: { role: '', content: '' } }
}
