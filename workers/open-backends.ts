import type { Log } from '../bus/nats/log.ts'
import type { WorkerConfig } from './config.ts'
import { workerSettings } from './config-settings.ts'
import type { Backend } from './inference/backend.ts'
import { type Backends, openBackends } from './inference/backends.ts'
import { demoBackend } from './inference/demo.ts'
import { ollamaBackend } from './inference/ollama.ts'
import { openaiBackend } from './inference/openai-compatible.ts'

type BackendConfig = Pick<
  WorkerConfig,
  'ollamaUrl' | 'openaiUrl' | 'openaiKey' | 'openaiContinue' | 'rayServeUrl' | 'defaultModel' | 'demo'
>

/**
 * The backends that the settings name, in the order in which they are preferred: what was set up on purpose first. Who
 * names another one and leaves Ollama at its usual address may have none: then nobody hears that it is not there.
 */
export function backendsOf(config: BackendConfig, log: Log): Backends {
  const { rayServeUrl, openaiUrl, openaiKey: key, openaiContinue } = config
  const isOllamaUnasked =
    config.ollamaUrl === workerSettings.ollamaUrl.default && (openaiUrl ?? rayServeUrl) !== undefined
  const backends: Backend[] = [{ ...ollamaBackend(config.ollamaUrl), isUnasked: isOllamaUnasked }]
  if (openaiUrl !== undefined) {
    const openai = { name: 'openai', variable: 'OPENAI_BASE_URL', baseUrl: openaiUrl }
    backends.unshift(openaiBackend({ ...openai, key, continues: openaiContinue }))
  }
  if (rayServeUrl !== undefined) {
    const baseUrl = rayServeUrl.endsWith('/v1') ? rayServeUrl : `${rayServeUrl}/llm/v1`
    backends.unshift(
      openaiBackend({ name: 'ray-serve', variable: 'RAY_SERVE_URL', baseUrl, key, continues: 'on' }),
    )
  }
  const { defaultModel, demo: demoMode } = config
  return openBackends({ backends, demo: demoBackend(), demoMode, defaultModel, log })
}
