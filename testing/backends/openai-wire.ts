import { GARBAGE_LINE } from './fault.ts'
import type { Framing } from './reply-stream.ts'

/**
 * Whose habits the stand-in has. `vllm`: a first chunk with the role alone, thinking in `reasoning_content`, goes on
 * with an answer only when asked by `continue_final_message`. `vllm-reasoning`: the same with the later name
 * `reasoning`. `ray`: as vLLM, with the model list and the errors of Ray Serve's own door. `ollama`: the role in every chunk, thinking in `reasoning`, always
 * goes on. `strict` (Groq and the like): no thinking told, unknown fields refused, never goes on.
 */
export type OpenaiDialect = 'vllm' | 'ray' | 'vllm-reasoning' | 'ollama' | 'strict'

/** Whether vLLM answers, be it behind Ray Serve. */
export const isVllm = (dialect: OpenaiDialect): boolean => dialect === 'ray' || dialect.startsWith('vllm')

export type CompletionHead = { id: string; model: string; createdSeconds: number }

/**
 * The events of a streamed completion. `ollama` is checked against recordings. `ray` was held beside Ray Serve 2.60
 * (its LLM ingress before an engine of numbered tokens). The others were not met: they follow vLLM's published protocol
 * and the errors people report of Groq.
 */
export function openaiFraming(
  dialect: OpenaiDialect,
  head: CompletionHead,
  promptTokens: number | undefined,
): Framing {
  const event = (rest: string) => `data: ${headJson(dialect, head)},${rest}}\n\n`
  const delta = (fields: string, finish = 'null') =>
    event(`"choices":[{"index":0,"delta":{${fields}},"finish_reason":${finish}}]`)
  const role = dialect === 'ollama' ? '"role":"assistant",' : ''
  return {
    contentType: dialect === 'ollama' ? 'text/event-stream' : 'text/event-stream; charset=utf-8',
    opening: dialect === 'ollama' ? '' : delta('"role":"assistant","content":""'),
    token: (text) => delta(`${role}"content":${JSON.stringify(text)}`),
    thought: (text) => delta(thoughtFields(dialect, text)),
    closing: (finish, sentTokens) => {
      const end = delta(`${role}"content":""`, `"${finish}"`)
      if (promptTokens === undefined) return `${end}data: [DONE]\n\n`
      const usage = JSON.stringify(usageOf(promptTokens, sentTokens))
      return `${end}${event(`"choices":[],"usage":${usage}`)}data: [DONE]\n\n`
    },
    failure: (message) => {
      // Ollama tells no error here: one chunk without a model's name, and the body ends.
      if (dialect === 'ollama') return namelessEnd(head)
      // Nor here: the body ends as if it were whole.
      if (dialect === 'ray') return ''
      const error = JSON.stringify(openaiError(dialect, 500, message))
      return `data: ${error}\n\ndata: [DONE]\n\n`
    },
    garbage: `data: ${GARBAGE_LINE}\n\n`,
  }
}

/** The whole reply as one object, for a request that doesn't stream. */
export function openaiWholeReply(
  dialect: OpenaiDialect,
  head: CompletionHead,
  reply: { content: string; thinking: string; tokenCount: number; finish: string },
  promptTokens: number,
): object {
  const reasoning = reply.thinking === '' ? {} : { [reasoningField(dialect)]: reply.thinking }
  const message = { role: 'assistant', content: reply.content, ...reasoning }
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.createdSeconds,
    model: head.model,
    ...(dialect === 'ollama' ? { system_fingerprint: 'fp_ollama' } : {}),
    choices: [{ index: 0, message, finish_reason: reply.finish }],
    usage: usageOf(promptTokens, reply.tokenCount),
  }
}

const ERROR_TYPES: Record<number, string> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  429: 'rate_limit_exceeded',
  500: 'InternalServerError',
}

/** A replica's error as Ray Serve wraps it, words and all. */
function rayError(status: number, message: string): object {
  if (status === 404) return { detail: message }
  const words = `Message: ${message} (Request ID: r), Internal exception: ray.OpenAIHTTPException (Request ID: r)`
  return { error: { message: words, type: 'OpenAIHTTPException', param: null, code: status } }
}

/** vLLM puts the status into `code`; Ollama leaves it null; a bad key is told by vLLM as a bare text. */
export function openaiError(dialect: OpenaiDialect, status: number, message: string): object {
  if (dialect === 'ray') return rayError(status, message)
  if (status === 401 && dialect.startsWith('vllm')) return { error: 'Unauthorized' }
  if (dialect === 'ollama') {
    const type = status === 400 ? 'invalid_request_error' : 'api_error'
    return { error: { message, type, param: null, code: null } }
  }
  if (dialect === 'strict') return { error: { message, type: 'invalid_request_error' } }
  return { error: { message, type: ERROR_TYPES[status] ?? 'api_error', param: null, code: status } }
}

export function openaiModel(dialect: OpenaiDialect, name: string, contextLength: number): object {
  if (dialect === 'ray') return rayModel(name, contextLength)
  const known = { id: name, object: 'model', created: 1_700_000_000, owned_by: 'library' }
  return dialect.startsWith('vllm') ? { ...known, owned_by: 'vllm', max_model_len: contextLength } : known
}

function rayModel(name: string, contextLength: number): object {
  const metadata = { model_id: name, input_modality: 'text', max_request_context_length: contextLength }
  return { id: name, object: 'model', owned_by: 'organization-owner', permission: [], metadata }
}

function headJson(dialect: OpenaiDialect, { id, createdSeconds, model }: CompletionHead): string {
  const named = `"created":${createdSeconds},"model":${JSON.stringify(model)}`
  const head = `{"id":"${id}","object":"chat.completion.chunk",${named}`
  return dialect === 'ollama' ? `${head},"system_fingerprint":"fp_ollama"` : head
}

function namelessEnd(head: CompletionHead): string {
  const nameless = headJson('ollama', { ...head, model: '' })
  const delta = '"delta":{"role":"assistant","content":""},"finish_reason":null'
  return `data: ${nameless},"choices":[{"index":0,${delta}}]}\n\n`
}

function thoughtFields(dialect: OpenaiDialect, text: string): string {
  const reasoning = `"${reasoningField(dialect)}":${JSON.stringify(text)}`
  return dialect === 'ollama' ? `"role":"assistant","content":"",${reasoning}` : reasoning
}

function reasoningField(dialect: OpenaiDialect): string {
  return dialect === 'vllm' || dialect === 'ray' ? 'reasoning_content' : 'reasoning'
}

function usageOf(promptTokens: number, completionTokens: number): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
