import type { ModelInfo } from '../../bus/contract/models.ts'
import { type Backend, BackendError, type GenerateRequest, shownAddress } from './backend.ts'
import { faultOfStatus } from './fault.ts'
import { askJson, type Call, type Reply, readErrorText, send } from './http.ts'
import { InlineThoughts } from './inline-thoughts.ts'
import { type ListedModel, readModelList } from './openai-models.ts'
import { OpenaiStream, openaiWords } from './openai-stream.ts'
import { followLines } from './stream-lines.ts'

export interface OpenaiOptions {
  readonly name: string
  /** The variable that names its address. */
  readonly variable: string
  /** With its version: `https://host/v1`. */
  readonly baseUrl: string
  readonly key?: string | undefined
  /** Whether it knows `continue_final_message`; `auto`: where its model list says that vLLM owns the model. */
  readonly continues: 'auto' | 'on' | 'off'
}

/** Tokens of context where the server does not say. */
const usualContext = 8_192

/** A server that speaks OpenAI's chat completions: Ray Serve LLM, vLLM, Groq, llama.cpp and others. */
export function openaiBackend({ name, variable, baseUrl, key, continues }: OpenaiOptions): Backend {
  let listed: readonly ListedModel[] = []
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const call = (path: string, signal: AbortSignal, body?: object): Call => ({
    backend: name,
    url: baseUrl + path,
    headers,
    signal,
    ...(body && { body }),
  })
  const fault = (reply: Reply, text: string) => faultOfStatus(name, reply, openaiWords(text))
  const find = (model: string) => listed.find((one) => one.id === model)
  const canContinue = (model: string) =>
    continues === 'on' || (continues === 'auto' && find(model)?.ownedBy === 'vllm')

  return {
    name,
    kind: 'openai',
    place: { address: shownAddress(baseUrl), variable },
    // A hosted service counts requests, so it is looked at less often than a server next door.
    probeMs: 30_000,
    models: async (signal) => {
      listed = readModelList(name, await askJson(call('/models', signal), fault))
      return listed.map(
        ({ id, contextLength }): ModelInfo => ({
          id,
          backend: name,
          ...(contextLength !== undefined && { context_length: contextLength }),
        }),
      )
    },
    contextLength: async (model) => find(model)?.contextLength ?? usualContext,
    canContinue: async (model) => canContinue(model),
    generate: async (request, signal, hear) => {
      const body = completionBody(request, canContinue(request.model))
      const asked = call('/chat/completions', signal, body)
      const reply = await send({ ...asked, headers: { ...headers, accept: 'text/event-stream' } })
      if (reply.status >= 300) throw fault(reply, await readErrorText(asked, reply))
      await followLines(asked, reply, new OpenaiStream(name, new InlineThoughts(request.begun), hear))
    },
  }
}

/** A begun answer is only sent to a server that goes on with it; the flow asks `canContinue` first. */
function completionBody(request: GenerateRequest, canContinue: boolean): object {
  const { system, messages, begun, temperature, maxTokens } = request
  if (begun !== '' && !canContinue)
    throw new BackendError('internal', 'This backend cannot go on with an answer')
  return {
    model: request.model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...messages,
      ...(begun === '' ? [] : [{ role: 'assistant', content: begun }]),
    ],
    ...(begun !== '' && { continue_final_message: true, add_generation_prompt: false }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
  }
}
