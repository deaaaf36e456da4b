import type { ModelInfo } from '../../bus/contract/models.ts'
import { type Backend, BackendError, type GenerateRequest, type Piece } from './backend.ts'
import { faultOfStatus } from './fault.ts'
import { askJson, type Call, type Reply, readChunks, readErrorText, send } from './http.ts'
import { InlineThoughts } from './inline-thoughts.ts'
import { contextOfModel, readRunning, readTags, type Tag } from './ollama-models.ts'
import { OllamaStream, ollamaWords } from './ollama-stream.ts'
import { LineCutter } from './stream-lines.ts'

const name = 'ollama'
/** Looks at models and context must not hold up a reply for long. In milliseconds. */
const lookTimeoutMs = 3_000
/** Rendering a prompt loads the model first, which may take a while. In milliseconds. */
const renderTimeoutMs = 60_000
/** Most models whose facts are kept. */
const maxKnown = 500

/** Ollama's native API. Facts of the wire: see the recordings in `testing/backends/recordings`. */
export function ollamaBackend(baseUrl: string): Backend {
  const contexts = new Map<string, number>()
  const continues = new Map<string, boolean>()
  let tags: readonly Tag[] = []

  const call = (path: string, signal: AbortSignal, body?: object): Call => ({
    backend: name,
    url: baseUrl + path,
    signal,
    ...(body && { body }),
  })
  const ask = (path: string, signal: AbortSignal, body?: object) => askJson(call(path, signal, body), fault)
  const soon = (signal: AbortSignal, timeoutMs: number) =>
    AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  /** Facts are kept by the model's digest, so that a model pulled anew is looked at anew. */
  const keyOf = (model: string) => tags.find((tag) => sameModel(tag.name, model))?.digest ?? model

  return {
    name,
    kind: 'ollama',
    probeMs: 5_000,
    models: async (signal) => {
      tags = readTags(await ask('/api/tags', signal))
      return tags.map((tag): ModelInfo => ({ id: tag.name, backend: name, size_bytes: tag.size }))
    },
    contextLength: async (model, signal) => {
      try {
        const running = readRunning(await ask('/api/ps', soon(signal, lookTimeoutMs)))
        const loaded = running.find((one) => sameModel(one.name, model))?.contextLength
        if (loaded !== undefined) return loaded
        return await remember(contexts, keyOf(model), async () =>
          contextOfModel(await ask('/api/show', soon(signal, lookTimeoutMs), { model })),
        )
      } catch {
        // The generation that follows meets the same trouble and tells it.
        return contextOfModel(undefined)
      }
    },
    canContinue: async (model, prompt, begun, signal) => {
      try {
        return await remember(continues, keyOf(model), async () => {
          const body = { ...chatBody({ ...prompt, model, begun }), stream: false, _debug_render_only: true }
          return rendersOpen(await ask('/api/chat', soon(signal, renderTimeoutMs), body), begun)
        })
      } catch (error) {
        if (error instanceof BackendError) throw error
        return false
      }
    },
    generate: (request, signal) => generate(call('/api/chat', signal, chatBody(request)), request.begun),
  }
}

/** `llama3` and `llama3:latest` are one. */
export const sameModel = (one: string, other: string): boolean => tagged(one) === tagged(other)

const tagged = (model: string): string =>
  model.includes(':', model.lastIndexOf('/') + 1) ? model : `${model}:latest`

async function* generate(call: Call, begun: string): AsyncGenerator<Piece> {
  const reply = await send(call)
  if (reply.status >= 300) throw fault(reply, await readErrorText(call, reply))
  const cutter = new LineCutter()
  const stream = new OllamaStream(new InlineThoughts(begun))
  for await (const chunk of readChunks(call, reply)) {
    for (const line of cutter.push(chunk)) {
      yield* stream.read(line)
      if (stream.ended) return
    }
  }
  yield* stream.finish(cutter.rest())
}

/** `think` is left to the model. Two messages of one role would be merged, so a begun answer is one message. */
function chatBody(request: Omit<GenerateRequest, 'temperature' | 'maxTokens'> & Partial<GenerateRequest>) {
  const { system, messages, begun, temperature, maxTokens } = request
  return {
    model: request.model,
    stream: true,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...messages,
      ...(begun === '' ? [] : [{ role: 'assistant', content: begun }]),
    ],
    options: {
      ...(temperature !== undefined && { temperature }),
      ...(maxTokens !== undefined && { num_predict: maxTokens }),
    },
  }
}

/**
 * Whether the model's template leaves the last answer open. One that closes it would begin again, and nothing in the
 * stream would tell. The field is not documented; its absence means "can't tell".
 */
function rendersOpen(answer: unknown, begun: string): boolean {
  const rendered = (answer as { _debug_info?: { rendered_template?: unknown } } | null)?._debug_info
    ?.rendered_template
  return typeof rendered === 'string' && rendered.endsWith(begun)
}

function fault(reply: Reply, text: string): BackendError {
  const words = ollamaWords(text)
  const error = faultOfStatus(name, reply, words)
  if (error.code !== 'model_not_found' || words.includes('model')) return error
  return new BackendError('backend_refused', 'The address of Ollama does not answer as Ollama does (404)')
}

async function remember<Value>(
  known: Map<string, Value>,
  key: string,
  learn: () => Promise<Value>,
): Promise<Value> {
  const old = known.get(key)
  if (old !== undefined) return old
  const value = await learn()
  if (known.size >= maxKnown) known.clear()
  known.set(key, value)
  return value
}
