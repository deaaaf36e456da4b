import { randomUUID } from 'node:crypto'
import { answerCompletion, type CompletionOptions, type OpenaiModelOption } from './openai-chat.ts'
import { type OpenaiDialect, openaiError, openaiModel } from './openai-wire.ts'
import { answerJson, type Exchange, type StandIn, startStandInServer } from './stand-in-server.ts'
import { strikeBefore } from './strike-before.ts'

export type OpenaiStandInOptions = CompletionOptions & {
  /** 0, the default: any free port. */
  port?: number
  /** What stands before `/chat/completions` and `/models`; `/v1` where left out, `/llm/v1` for Ray Serve. */
  prefix?: string
  /** The bearer key that is asked for; none where left out. */
  apiKey?: string
  /** `vllm` where left out. */
  dialect?: OpenaiDialect
  models?: readonly OpenaiModelOption[]
}

export type OpenaiStandIn = StandIn & {
  /** The base address that a client is configured with: `url` and prefix. */
  baseUrl: string
}

/** Speaks the OpenAI chat wire on a loopback socket, with the same replies and faults as the other stand-in. */
export async function startOpenaiStandIn(options: OpenaiStandInOptions = {}): Promise<OpenaiStandIn> {
  const { prefix = '/v1', dialect = 'vllm', models = [{ name: 'counting' }] } = options
  const standIn = await startStandInServer(options.port ?? 0, (exchange) => {
    const { request, response } = exchange
    const isChat = request.path === `${prefix}/chat/completions`
    const fault = exchange.faults.take(isChat ? 'chat' : 'other')
    if (strikeBefore(exchange, fault, (message) => openaiError(dialect, statusOf(fault), message))) return
    if (!hasKey(exchange, options.apiKey)) {
      answerJson(response, 401, openaiError(dialect, 401, 'Invalid API key'), 'application/json')
    } else if (isChat && request.method === 'POST') {
      answerCompletion(exchange, { ...options, dialect, models, id: `chatcmpl-${randomUUID()}` }, fault)
    } else if (request.path === `${prefix}/models` && request.method === 'GET') {
      const data = models.map((model) => openaiModel(dialect, model.name, model.contextLength ?? 2048))
      answerJson(response, 200, { object: 'list', data }, 'application/json')
    } else answerJson(response, 404, { detail: 'Not Found' }, 'application/json')
  })
  return { ...standIn, baseUrl: `${standIn.url}${prefix}` }
}

function statusOf(fault: { kind: string; status?: number } | undefined): number {
  return fault?.status ?? 500
}

function hasKey({ request }: Exchange, apiKey: string | undefined): boolean {
  return apiKey === undefined || request.headers.authorization === `Bearer ${apiKey}`
}
