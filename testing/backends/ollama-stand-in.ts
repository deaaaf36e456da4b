import type { ServerResponse } from 'node:http'
import { objectOf } from './conversation.ts'
import { answerOllamaChat, type ChatOptions } from './ollama-chat.ts'
import { type ModelOption, OllamaModels } from './ollama-models.ts'
import { ollamaShow, ollamaTag } from './ollama-wire.ts'
import { answerJson, type Exchange, type StandIn, startStandInServer } from './stand-in-server.ts'
import { strikeBefore } from './strike-before.ts'

export type OllamaStandInOptions = ChatOptions & {
  /** 0, the default: any free port. */
  port?: number
  /** `counting` alone where left out. */
  models?: readonly ModelOption[]
  version?: string
}

export type OllamaStandIn = StandIn & {
  /** Changes the models while it runs, as `ollama pull` and `ollama rm` do. */
  setModels: (models: readonly ModelOption[]) => void
  /** Names of the models that are loaded now. */
  loadedModels: () => string[]
}

/** Speaks Ollama's native API on a loopback socket, with replies that can be checked and faults to switch. */
export async function startOllamaStandIn(options: OllamaStandInOptions = {}): Promise<OllamaStandIn> {
  const models = new OllamaModels(options.models ?? ['counting'])
  const standIn = await startStandInServer(options.port ?? 0, (exchange) => {
    const fault = exchange.faults.take(exchange.request.path === '/api/chat' ? 'chat' : 'other')
    if (strikeBefore(exchange, fault, (message) => ({ error: message }))) return
    if (isRoute(exchange, 'POST /api/chat')) answerOllamaChat(exchange, models, options, fault)
    else answerOther(exchange, models, options.version ?? '0.17.4')
  })
  return {
    ...standIn,
    setModels: (changed) => models.set(changed),
    loadedModels: () => models.loadedNames(),
  }
}

function isRoute({ request }: Exchange, route: string): boolean {
  return `${request.method} ${request.path}` === route
}

function answerOther(exchange: Exchange, models: OllamaModels, version: string): void {
  const { request, response } = exchange
  const route = `${request.method} ${request.path}`
  if (route === 'POST /api/show') answerShow(exchange, models)
  else if (route === 'POST /api/pull') answerPull(exchange)
  else if (route === 'GET /api/version') answerJson(response, 200, { version })
  else if (route === 'GET /api/tags') answerJson(response, 200, { models: models.all().map(ollamaTag) })
  else if (route === 'GET /api/ps') answerJson(response, 200, { models: models.running() })
  else if (route === 'GET /') answerText(response, 200, 'Ollama is running')
  else if (request.path === '/api/chat') answerText(response, 405, '405 method not allowed')
  else answerText(response, 404, '404 page not found')
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': text.length })
  response.end(text)
}

function answerShow({ response, text }: Exchange, models: OllamaModels): void {
  const name = String(objectOf(text)?.model ?? '')
  const model = models.find(name)
  if (model === undefined) answerJson(response, 404, { error: `model '${name}' not found` })
  else answerJson(response, 200, ollamaShow(model))
}

/** No registry stands behind it, so a pull fails as it does on a machine without a way out. */
function answerPull({ response, text }: Exchange): void {
  const body = objectOf(text)
  const address = `https://registry.ollama.ai/v2/library/${body?.model}/manifests/latest`
  const error = `pull model manifest: Get "${address}": dial tcp: lookup registry.ollama.ai: no such host`
  if (body?.stream === false) {
    answerJson(response, 500, { error }, 'application/json')
    return
  }
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  response.write('{"status":"pulling manifest"}\n')
  response.end(`${JSON.stringify({ error })}\n`)
}
