import { newDigest, type OllamaModel, ollamaRunning } from './ollama-wire.ts'
import type { ReplyScript } from './scripted-reply.ts'

/** A name alone gets the defaults: context 2,048, no thinking, continues, loads at once. */
export type ModelOption = string | (Partial<OllamaModel> & { name: string; script?: Partial<ReplyScript> })

export type KnownModel = OllamaModel & { digest: string; modifiedAt: Date; script: Partial<ReplyScript> }

/** The models a stand-in has, and which of them are loaded with which context length. */
export class OllamaModels {
  readonly #loaded = new Map<string, number>()
  #known = new Map<string, KnownModel>()

  constructor(models: readonly ModelOption[]) {
    this.set(models)
  }

  set(models: readonly ModelOption[]): void {
    this.#known = new Map(models.map(knownModel).map((model) => [model.name, model]))
    for (const name of this.#loaded.keys()) if (!this.#known.has(name)) this.#loaded.delete(name)
  }

  all(): KnownModel[] {
    return [...this.#known.values()]
  }

  find(name: string): KnownModel | undefined {
    return this.#known.get(name) ?? this.#known.get(`${name}:latest`)
  }

  /** Milliseconds of silence until the model is there; another context length loads it anew. */
  load(model: KnownModel, wantedContext: number): number {
    const contextLength = Math.min(wantedContext, model.contextLength)
    if (this.#loaded.get(model.name) === contextLength) return 0
    this.#loaded.set(model.name, contextLength)
    return model.loadMs
  }

  unload(model: KnownModel): void {
    this.#loaded.delete(model.name)
  }

  loadedContext(model: KnownModel): number {
    return this.#loaded.get(model.name) ?? model.contextLength
  }

  loadedNames(): string[] {
    return [...this.#loaded.keys()]
  }

  running(): object[] {
    return [...this.#loaded].flatMap(([name, contextLength]) => {
      const model = this.#known.get(name)
      return model === undefined ? [] : [ollamaRunning(model, contextLength)]
    })
  }
}

function knownModel(model: ModelOption): KnownModel {
  const given = typeof model === 'string' ? { name: model } : model
  const name = given.name.includes(':') ? given.name : `${given.name}:latest`
  const defaults = { contextLength: 2048, canThink: false, canContinue: true, loadMs: 0, script: {} }
  return { ...defaults, ...given, name, digest: newDigest(), modifiedAt: new Date() }
}
