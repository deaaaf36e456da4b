import type { NatsConnection } from 'nats'
import { ErrorCode, NatsError } from 'nats'

/** JetStream refused a call: `status` as in HTTP (503 nobody answers, 408 no answer in time, 403 not permitted), `code` its own. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, description: string) {
    super(description)
    this.status = status
    this.code = code
  }
}

/** Codes of JetStream's errors that mean something to us (nats-server, `errors.json`). */
export const apiCodes = {
  wrongLastSequence: 10_071,
  /** The same from a clustered stream whose competing entry is still under way. */
  wrongLastSequenceConstant: 10_164,
  messageNotFound: 10_037,
  consumerNotFound: 10_014,
  streamNotFound: 10_059,
  messageDeleteFailed: 10_057,
  /** A repeat arrived while the first is still under way: the answer comes to a later repeat. */
  duplicateUnderWay: 10_158,
} as const

const utf8 = new TextDecoder()

/** Asks JetStream; the answer's shape is the server's word. @throws ApiFailure */
export async function callApi<Answer>(
  connection: NatsConnection,
  path: string,
  body: object = {},
  timeoutMs = 2_000,
): Promise<Answer> {
  const message = await connection
    .request(`$JS.API.${path}`, JSON.stringify(body), { timeout: timeoutMs })
    .catch((error: unknown) => {
      throw asFailure(error)
    })
  const answer = JSON.parse(utf8.decode(message.data)) as Answer & { error?: ApiError }
  if (answer.error === undefined) return answer
  throw new ApiFailure(answer.error.code, answer.error.err_code ?? 0, answer.error.description)
}

/** An error as JetStream writes it. */
export interface ApiError {
  readonly code: number
  readonly err_code?: number
  readonly description: string
}

function asFailure(error: unknown): ApiFailure {
  const code = error instanceof NatsError ? error.code : ''
  if (code === ErrorCode.PermissionsViolation)
    return new ApiFailure(403, 0, 'The bus does not permit this call')
  if (code === ErrorCode.NoResponders) return new ApiFailure(503, 0, 'JetStream does not answer')
  return new ApiFailure(408, 0, error instanceof Error ? error.message : 'No answer')
}
