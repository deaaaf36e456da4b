import type { ModelInfo } from '../../bus/contract/models.ts'
import { type Backend, BackendError, type GenerateRequest, type Hear, shownAddress } from './backend.ts'
import { faultOfStatus } from './fault.ts'
import { askJson, type Call, type Reply, readErrorText, send } from './http.ts'
import { InlineThoughts } from './inline-thoughts.ts'
import { contextOfModel, readRunning, readTags, type Tag } from './ollama-models.ts'
import { OllamaStream, ollamaWords } from './ollama-stream.ts'
import { followLines } from './stream-lines.ts'

const name = 'ollama'
/** Looks at models and context must not hold up a reply for long. In milliseconds. */
const lookTimeoutMs = 3_000
/** Rendering a prompt is a matter of milliseconds for a model that is loaded. In milliseconds. */
const renderTimeoutMs = 5_000
/** For another it loads the model first, and leaving meanwhile throws the load away. In milliseconds. */
const loadTimeoutMs = 180_000
/** Most models whose facts are kept. */
const maxKnown = 500

/** Ollama's native API. Facts of the wire: see the recordings in `testing/backends/recordings`. */
export function ollamaBackend(baseUrl: string): Backend {
  const ollama = new Ollama(baseUrl)
  return {
    name,
    kind: 'ollama',
    place: { address: shownAddress(baseUrl), variable: 'OLLAMA_BASE_URL' },
    probeMs: 5_000,
    models: (signal) => ollama.models(signal),
    contextLength: (model, signal) => ollama.contextLength(model, signal),
    canContinue: (model, prompt, begun, signal) => ollama.canContinue({ ...prompt, model, begun }, signal),
    generate: (request, signal, hear) =>
      generate(ollama.call('/api/chat', signal, chatBody(request)), request.begun, hear),
  }
}

/** What was learned of the models is kept by their digests, so that a model pulled anew is looked at anew. */
class Ollama {
  readonly #baseUrl: string
  readonly #contexts = new Map<string, number>()
  readonly #continues = new Map<string, boolean>()
  #tags: readonly Tag[] = []

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  call(path: string, signal: AbortSignal, body?: object): Call {
    return { backend: name, url: this.#baseUrl + path, signal, ...(body && { body }) }
  }

  async models(signal: AbortSignal): Promise<ModelInfo[]> {
    this.#tags = readTags(await askJson(this.call('/api/tags', signal), fault))
    return this.#tags.map((tag) => ({ id: tag.name, backend: name, size_bytes: tag.size }))
  }

  async contextLength(model: string, signal: AbortSignal): Promise<number> {
    try {
      const loaded = (await this.#loaded(model, signal))?.contextLength
      if (loaded !== undefined) return loaded
      const show = this.call('/api/show', soon(signal, lookTimeoutMs), { model })
      const learn = async () => contextOfModel(await askJson(show, fault))
      return await remember(this.#contexts, this.#keyOf(model), learn)
    } catch {
      // The generation that follows meets the same trouble and tells it.
      return contextOfModel(undefined)
    }
  }

  async canContinue(request: GenerateRequest, signal: AbortSignal): Promise<boolean> {
    try {
      return await remember(this.#continues, this.#keyOf(request.model), () => this.#render(request, signal))
    } catch (error) {
      if (error instanceof BackendError) throw error
      return false
    }
  }

  async #render(request: GenerateRequest, signal: AbortSignal): Promise<boolean> {
    const body = { ...chatBody(request), stream: false, _debug_render_only: true }
    const isLoaded = (await this.#loaded(request.model, signal).catch(() => undefined)) !== undefined
    const call = this.call('/api/chat', soon(signal, isLoaded ? renderTimeoutMs : loadTimeoutMs), body)
    try {
      return rendersOpen(await askJson(call, fault), request.begun)
    } catch (error) {
      const isSilent = call.signal.aborted && !signal.aborted
      if (!isSilent || error instanceof BackendError) throw error
      throw new BackendError('backend_stalled', 'Ollama does not answer', { cause: error })
    }
  }

  async #loaded(model: string, signal: AbortSignal) {
    const running = readRunning(await askJson(this.call('/api/ps', soon(signal, lookTimeoutMs)), fault))
    return running.find((one) => sameModel(one.name, model))
  }

  #keyOf(model: string): string {
    return this.#tags.find((tag) => sameModel(tag.name, model))?.digest ?? model
  }
}

const soon = (signal: AbortSignal, timeoutMs: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

/** `llama3` and `llama3:latest` are one. */
export const sameModel = (one: string, other: string): boolean => tagged(one) === tagged(other)

const tagged = (model: string): string =>
  model.includes(':', model.lastIndexOf('/') + 1) ? model : `${model}:latest`

async function generate(call: Call, begun: string, hear: Hear): Promise<void> {
  const reply = await send(call)
  if (reply.status >= 300) throw fault(reply, await readErrorText(call, reply))
  await followLines(call, reply, new OllamaStream(new InlineThoughts(begun), hear))
}

/** `think` is left to the model. Two messages of one role would be merged, so a begun answer is one message. */
function chatBody(request: GenerateRequest): object {
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
