/**
 * The closed list of error codes. `status` is the HTTP status, `close` the WebSocket close code used when the error
 * ends a socket, `retryable` whether the same thing, sent again, can succeed.
 *
 * Close codes: 1001, 1012 and 4000 to 4499 mean "come back"; 1002, 1009 and 4500 to 4999 mean "don't, until something
 * is changed".
 */
export const errorCodes = {
  // The wire.
  frame_malformed: {
    status: 400,
    close: 4500,
    retryable: false,
    title: 'The frame is not valid MessagePack',
  },
  frame_too_large: { status: 413, close: 1009, retryable: false, title: 'The frame is too large' },
  frame_invalid: {
    status: 400,
    close: 4501,
    retryable: false,
    title: 'The frame does not have the expected shape',
  },
  frame_unknown: { status: 400, close: 4502, retryable: false, title: 'The frame type is not known' },
  protocol_unsupported: {
    status: 426,
    close: 4503,
    retryable: false,
    title: 'The protocol version is not supported',
  },
  hello_expected: { status: 400, close: 4504, retryable: false, title: 'The first frame must be hello' },
  request_invalid: { status: 400, close: 4501, retryable: false, title: 'The request is not valid' },
  // Who may.
  not_signed_in: { status: 401, close: 4510, retryable: false, title: 'You are not signed in' },
  not_allowed: { status: 403, close: 4511, retryable: false, title: 'You may not do this' },
  origin_refused: { status: 403, close: 4512, retryable: false, title: 'This page may not connect here' },
  not_found: { status: 404, close: 4520, retryable: false, title: 'There is nothing here' },
  conflict: { status: 409, close: 4521, retryable: false, title: 'This was already sent with other content' },
  // What a person sends.
  message_empty: { status: 422, close: 4530, retryable: false, title: 'The message is empty' },
  message_too_long: { status: 413, close: 4531, retryable: false, title: 'The message is too long' },
  // How much.
  rate_limited: { status: 429, close: 4010, retryable: true, title: 'Too many requests in a short time' },
  queue_full: {
    status: 429,
    close: 4011,
    retryable: true,
    title: 'Too many messages are waiting for an answer',
  },
  too_many_connections: { status: 503, close: 4012, retryable: true, title: 'Too many connections' },
  slow_consumer: { status: 503, close: 4008, retryable: true, title: 'The connection is too slow to follow' },
  // Our own parts.
  draining: { status: 503, close: 1012, retryable: true, title: 'The server is restarting' },
  store_unavailable: { status: 503, close: 4020, retryable: true, title: 'The store is away' },
  bus_unavailable: { status: 503, close: 4021, retryable: true, title: 'The bus is away' },
  hello_timeout: { status: 408, close: 4022, retryable: true, title: 'No hello came in time' },
  heartbeat_lost: { status: 408, close: 4023, retryable: true, title: 'The connection went silent' },
  internal: { status: 500, close: 4099, retryable: true, title: 'Something went wrong on our side' },
  // Inference.
  backend_unavailable: { status: 503, close: 4030, retryable: true, title: 'The model could not be reached' },
  backend_failed: { status: 502, close: 4031, retryable: true, title: 'The model failed while answering' },
  backend_stalled: { status: 504, close: 4032, retryable: true, title: 'The model went silent' },
  backend_malformed: {
    status: 502,
    close: 4033,
    retryable: true,
    title: 'The model sent something unreadable',
  },
  backend_refused: {
    status: 502,
    close: 4534,
    retryable: false,
    title: 'The model backend refused the request',
  },
  model_not_found: { status: 404, close: 4535, retryable: false, title: 'This model is not installed' },
  speech_unavailable: {
    status: 503,
    close: 4037,
    retryable: true,
    title: 'Nobody here can hear or speak at the moment',
  },
  reply_failed: { status: 500, close: 4036, retryable: true, title: 'The reply could not be finished' },
} as const satisfies Record<string, ErrorFacts>

export type ErrorCode = keyof typeof errorCodes

export interface ErrorFacts {
  readonly status: number
  readonly close: number
  readonly retryable: boolean
  /** One plain sentence for people, without an end mark. */
  readonly title: string
}

/**
 * An error that carries one of our codes. `message` is in our own words and may be logged. `detail` is for people, and
 * may hold the words of a backend, which like to repeat what somebody said: no log takes it.
 */
export class CodedError extends Error {
  readonly code: ErrorCode
  /** When the same thing can succeed, in milliseconds from now, where that is known. */
  readonly retryAfterMs: number | undefined
  /** `message`, unless there is something that people alone should read. */
  readonly detail: string
  override readonly name = 'CodedError'

  constructor(
    code: ErrorCode,
    message: string = errorCodes[code].title,
    options?: ErrorOptions & {
      readonly detail?: string | undefined
      readonly retryAfterMs?: number | undefined
    },
  ) {
    super(message, options)
    this.code = code
    this.detail = options?.detail ?? message
    this.retryAfterMs = options?.retryAfterMs
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCodes, code)
