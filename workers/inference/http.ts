import { Agent, type Dispatcher, FormData, request } from 'undici'
import { BackendError } from './backend.ts'

/**
 * One pool of connections for all backends. Timeouts stand where the reply is followed (`stall-guard.ts`), for only
 * there it is known what is being waited for.
 */
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connectTimeout: 5_000, pipelining: 1 })

/** Most bytes of an answer that is not a stream. */
const maxBodyBytes = 8 * 1024 * 1024
/** Most bytes of an error's body that are read. */
const maxErrorBytes = 64 * 1024

export interface Call {
  /** The backend as people know it, for error texts. */
  readonly backend: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with POST, a form as one and all else as JSON; without it the call is a GET. */
  readonly body?: object
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly body: Dispatcher.ResponseData['body']
}

/** Sends a call and waits for the status line. @throws BackendError `backend_unavailable`, or the signal's reason. */
export async function send(call: Call): Promise<Reply> {
  const { body, signal } = call
  // The client itself writes the type of a form: it chooses what stands between the parts.
  const type = body instanceof FormData ? {} : { 'content-type': 'application/json' }
  try {
    const reply = await request(call.url, {
      dispatcher: agent,
      signal,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...type, ...call.headers },
      body: body instanceof FormData ? body : body === undefined ? null : JSON.stringify(body),
    })
    return { status: reply.statusCode, headers: reply.headers, body: reply.body }
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new BackendError(
      'backend_unavailable',
      `The model backend "${call.backend}" could not be reached`,
      {
        cause,
      },
    )
  }
}

/**
 * Hands on the chunks of an answer until `hear` says that it has enough, and then lets go of the rest.
 *
 * @throws BackendError `backend_failed` when it breaks off, the signal's reason, or what `hear` threw.
 */
export function readChunks(call: Call, { body }: Reply, hear: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    body.once('end', resolve)
    // Also what follows `destroy` arrives here, when the promise is settled already.
    body.on('error', (cause) => {
      if (call.signal.aborted) reject(call.signal.reason)
      else
        reject(new BackendError('backend_failed', `The model backend "${call.backend}" broke off`, { cause }))
    })
    const take = (chunk: Buffer): void => {
      try {
        if (!hear(chunk)) return
        resolve()
      } catch (error) {
        reject(error)
      }
      // A stream that is destroyed still gives out what it had read.
      body.off('data', take).destroy()
    }
    body.on('data', take)
  })
}

/**
 * Asks for one JSON document. @throws BackendError by `readFault` for a status other than 2xx, `backend_malformed`
 * for what is no JSON.
 */
export async function askJson(
  call: Call,
  readFault: (reply: Reply, text: string) => BackendError,
): Promise<unknown> {
  const reply = await send(call)
  if (reply.status >= 300) throw readFault(reply, await readText(call, reply, maxErrorBytes))
  return parseJson(call.backend, await readText(call, reply, maxBodyBytes))
}

/**
 * Asks for one file of at most `maxBytes`. @throws BackendError by `readFault` for a status other than 2xx,
 * `backend_malformed` for more.
 */
export async function askBytes(
  call: Call,
  maxBytes: number,
  readFault: (reply: Reply, text: string) => BackendError,
): Promise<Buffer> {
  const reply = await send(call)
  if (reply.status >= 300) throw readFault(reply, await readErrorText(call, reply))
  const bytes = await readBytes(call, reply, maxBytes)
  if (bytes.byteLength <= maxBytes) return bytes
  const most = Math.floor(maxBytes / 1024)
  throw new BackendError(
    'backend_malformed',
    `The model backend "${call.backend}" sent more than ${most} KiB`,
  )
}

/** The body of a refused call. */
export const readErrorText = (call: Call, reply: Reply): Promise<string> =>
  readText(call, reply, maxErrorBytes)

async function readText(call: Call, reply: Reply, maxBytes: number): Promise<string> {
  return (await readBytes(call, reply, maxBytes)).toString('utf8', 0, maxBytes)
}

/** Reads to the end, or a little past `maxBytes`. */
async function readBytes(call: Call, reply: Reply, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  await readChunks(call, reply, (chunk) => {
    chunks.push(chunk)
    bytes += chunk.byteLength
    return bytes > maxBytes
  })
  return Buffer.concat(chunks)
}

/** @throws BackendError `backend_malformed`. */
function parseJson(backend: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: its message quotes what was sent, and a log takes that.
    throw new BackendError(
      'backend_malformed',
      `The model backend "${backend}" sent something that is no JSON`,
    )
  }
}

/** `Retry-After` in milliseconds, where it is given in seconds (RFC 9110, section 10.2.3). */
export function retryAfterMs(reply: Reply): number | undefined {
  const value = Number(reply.headers['retry-after'])
  return Number.isFinite(value) && value >= 0 ? value * 1000 : undefined
}
