import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from '../../settings/read-settings.ts'
import type { Backend } from './backend.ts'
import { sameModel } from './ollama.ts'

export interface OllamaWait {
  readonly timeoutMs: number
  readonly intervalMs: number
  readonly models: readonly string[]
  readonly signal: AbortSignal
  /** Told once a look, with what is still missing. */
  readonly onMissing: (missing: string) => void
}

/**
 * Waits until Ollama answers and has the models wanted.
 *
 * @throws ConfigError that says what is missing when `timeoutMs` are over; the signal's reason when it aborts.
 */
export async function waitForOllama(ollama: Backend, wait: OllamaWait): Promise<void> {
  const endsAt = performance.now() + wait.timeoutMs
  for (;;) {
    const missing = await whatIsMissing(ollama, wait)
    if (missing === undefined) return
    wait.onMissing(missing)
    const leftMs = endsAt - performance.now()
    if (leftMs <= 0) {
      throw new ConfigError(`OLLAMA_WAIT: ${missing} after OLLAMA_WAIT_TIMEOUT (${wait.timeoutMs / 1000} s)`)
    }
    await pause(Math.min(wait.intervalMs, leftMs), undefined, { signal: wait.signal })
  }
}

async function whatIsMissing(ollama: Backend, wait: OllamaWait): Promise<string | undefined> {
  try {
    const there = await ollama.models(AbortSignal.any([wait.signal, AbortSignal.timeout(5_000)]))
    const missing = wait.models.filter((wanted) => !there.some((model) => sameModel(model.id, wanted)))
    return missing.length === 0 ? undefined : `Ollama does not have ${missing.join(', ')}`
  } catch {
    const { place } = ollama
    return `Ollama does not answer${place ? ` at ${place.address} (${place.variable})` : ''}`
  }
}
