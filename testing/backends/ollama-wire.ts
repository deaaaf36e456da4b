import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { GARBAGE_LINE } from './fault.ts'
import type { Framing } from './reply-stream.ts'

export type OllamaModel = {
  /** With its tag, as `/api/tags` names it: `counting:latest`. */
  name: string
  contextLength: number
  canThink: boolean
  /**
   * Whether a last message of the assistant is gone on with. A real model whose template closes the assistant's
   * turn begins again instead, and nothing on the wire tells.
   */
  canContinue: boolean
  /** How long the first call after a load or an unload is silent, in milliseconds. */
  loadMs: number
}

const SIZE_BYTES = 6_133_735

/** The times that a done line tells; a real one counts nanoseconds. */
export type ReplyTimings = { startedMs: number; loadedMs: number; promptTokens: number }

/** The lines of `/api/chat` as Ollama 0.17.4 writes them (see the recordings). */
export function ollamaFraming(model: string, timings: ReplyTimings): Framing {
  const head = `{"model":${JSON.stringify(model)},"created_at":"`
  const line = (message: string, rest: string) =>
    `${head}${goTime(new Date())}","message":{"role":"assistant",${message}},${rest}}\n`
  return {
    contentType: 'application/x-ndjson',
    opening: '',
    token: (text) => line(`"content":${goJson(text)}`, '"done":false'),
    thought: (text) => line(`"content":"","thinking":${goJson(text)}`, '"done":false'),
    closing: (finish, sentTokens) =>
      line('"content":""', `"done":true,"done_reason":"${finish}",${metrics(timings, sentTokens)}`),
    failure: (message) => `${JSON.stringify({ error: message })}\n`,
    garbage: `${GARBAGE_LINE}\n`,
  }
}

/** The whole reply as one object, for `stream: false` and for loading and unloading. */
export function ollamaWholeReply(
  model: string,
  message: { content?: string; thinking?: string },
  rest: object,
): object {
  const { content = '', thinking = '' } = message
  const said = { role: 'assistant', content, ...(thinking === '' ? {} : { thinking }) }
  return { model, created_at: goTime(new Date()), message: said, ...rest }
}

export function ollamaMetrics(timings: ReplyTimings, sentTokens: number): object {
  return JSON.parse(`{${metrics(timings, sentTokens)}}`)
}

type StoredModel = OllamaModel & { digest: string; modifiedAt: Date }

export function ollamaTag(model: StoredModel): object {
  return {
    name: model.name,
    model: model.name,
    modified_at: goTime(model.modifiedAt),
    size: SIZE_BYTES,
    digest: model.digest,
    details: details(),
  }
}

export function ollamaRunning(model: StoredModel, contextLength: number): object {
  return {
    name: model.name,
    model: model.name,
    size: SIZE_BYTES,
    digest: model.digest,
    details: details(),
    expires_at: goTime(new Date(Date.now() + 300_000)),
    size_vram: 0,
    context_length: contextLength,
  }
}

export function ollamaShow(model: StoredModel): object {
  return {
    modelfile: `FROM ${model.name}\n`,
    parameters: 'temperature                    0',
    template: '{{ .Prompt }}{{ .Response }}',
    details: details(),
    model_info: {
      'general.architecture': 'llama',
      'general.parameter_count': 3_030_000,
      'llama.context_length': model.contextLength,
      'llama.embedding_length': 256,
    },
    tensors: [],
    capabilities: model.canThink ? ['completion', 'thinking'] : ['completion'],
    modified_at: goTime(model.modifiedAt),
  }
}

export function newDigest(): string {
  return randomBytes(32).toString('hex')
}

function details(): object {
  return {
    parent_model: '',
    format: 'gguf',
    family: 'llama',
    families: ['llama'],
    parameter_size: '3.03M',
    quantization_level: 'F16',
  }
}

/** A count of nothing is left out, as Go's `omitempty` does. */
function metrics(timings: ReplyTimings, sentTokens: number): string {
  const nowMs = performance.now()
  const fields: [string, number][] = [
    ['total_duration', nanoseconds(nowMs - timings.startedMs)],
    ['load_duration', nanoseconds(timings.loadedMs - timings.startedMs)],
    ['prompt_eval_count', timings.promptTokens],
    ['prompt_eval_duration', 1_000_000],
    ['eval_count', sentTokens],
    ['eval_duration', nanoseconds(nowMs - timings.loadedMs)],
  ]
  const told = fields.filter(([, value]) => value > 0)
  return told.map(([name, value]) => `"${name}":${value}`).join(',')
}

function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6))
}

/** Go escapes what could end a script element; a reader that compares bytes would trip over it. */
function goJson(text: string): string {
  return JSON.stringify(text).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
}

/** Nine decimals, as Go writes the time. */
function goTime(date: Date): string {
  return `${date.toISOString().slice(0, -1)}${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}Z`
}
